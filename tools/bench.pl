# Runs one bench/NAME.sql and prints a markdown table.
#
#	perl tools/bench.pl FILE ROUNDS SEED [FOLDER]
#
# The form of a file: what comes before the first line "-- @..." prepares and
# is not measured (:seed is the seed).  Each such line begins one query:
#
#	-- @NAME [/ REFERENCE [>= RATIO | <= RATIO] [same]] ...
#
# NAME / REFERENCE is the ratio of their times; the target is what it should
# be; "same" demands that both give the same result.  A query may begin with
# SET statements of its own, which are not measured; the SETs, \sets and
# queries that end in \gset of the preparation hold for every query.
#
# A query whose name ends in _duck is DuckDB's, from FOLDER/node_modules, and is
# left out without FOLDER.  It runs with one thread, and as NAME_2 with two.  A
# line of the preparation
#
#	-- duck: TABLE [(COLUMN, ...)]
#
# copies a table, with the types of its columns, into DuckDB's memory.  Its
# answer is the same if its numbers agree to nine digits.
#
# All queries run in turn, one round after the other: whatever slows the machine
# down slows all of them.  Each round has a session of its own, for where the
# memory of a server process happens to lie changes what a query takes by some
# percent, for as long as the process lives.  EXPLAIN comes before a query, so
# that what a session looks up once is not measured; and the counts run once
# more before all queries, because the first query of a session that reads a
# page of shared memory pays for mapping it (more than a count itself costs).
# The first round warms up and does not count.  Times are medians, ratios are
# medians of the rounds' ratios: by the clock, and by the processor time of the
# server process, which other programs disturb less.  A parallel query has no
# processor time here, for its workers' is unknown.
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Temp;

use lib dirname(__FILE__);
use BenchSession;

my ($file, $rounds, $seed, $folder) = @ARGV;
my (@queries, %query, @copied, $preparation, $settings, $variables, $session, $duck);

# --- reading the file ---------------------------------------------------------

sub read_file
{
	my $current;

	open(my $in, '<', $file) or die "$file: $!\n";
	while (my $line = <$in>)
	{
		if ($line =~ m{^-- \@(\w+)((?:\s*/\s*\w+(?:\s*[<>]=\s*[\d.]+)?(?:\s+same)?)*)\s*$})
		{
			my ($name, $against) = ($1, $2);

			$current = { name => $name, duck => scalar($name =~ /_duck$/), sql => '', against => [] };
			push @{ $current->{against} }, { name => $1, sign => $2, target => $3, same => $4 }
			  while $against =~ m{/\s*(\w+)(?:\s*([<>]=)\s*([\d.]+))?(\s+same)?}g;
			die "$file: $name occurs twice\n" if $query{$name};
			push @queries, $current;
			$query{$name} = $current;
		}
		elsif ($line =~ /^-- \@/)
		{
			die "$file: cannot read: $line";
		}
		elsif ($current)
		{
			$current->{sql} .= $line;
		}
		else
		{
			push @copied, [ $1, $2 // '*' ] if $line =~ /^-- duck: (\w+)(?: \((.*)\))?$/;
			$preparation .= $line;
		}
	}
	close $in;
	for my $q (@queries)
	{
		for my $reference (@{ $q->{against} })
		{
			die "$file: $q->{name}: there is no $reference->{name}\n" if !$query{ $reference->{name} };
		}
		$q->{sql} =~ s/^\s*--.*\n//mg;
		$q->{set} = '';
		$q->{set} .= $1 while $q->{sql} =~ s/\A\s*(SET\s[^;]*;)//i;
		$q->{parallel} = $q->{set} =~ /parallel/;
	}
	$settings = join '', $preparation =~ /^(SET\s[^;]*;)\s*$/mgi;
	$variables = join '', $preparation =~ /^(\\set\s.*\n|SELECT\s.*\\gset\n)/mg;
	add_duck();
}

# DuckDB's queries: none without a folder, else twice, with psql's variables
sub add_duck
{
	my %value = $variables =~ /^\\set (\w+) '(.*)'$/mg;

	s/''/'/g for values %value;
	@queries = map {
		my $q = $_;
		!$q->{duck} ? $q : !$folder ? () : do
		{
			$q->{sql} =~ s/(?<!:):(\w+)/$value{$1}/g;
			$q->{threads} = 1;
			my @against = map { { name => $_->{name} } } @{ $q->{against} };
			($q, { %$q, name => "$q->{name}_2", threads => 2, parallel => 1, against => \@against });
		}
	} @queries;
	%query = map { $_->{name} => $_ } @queries;
}

# --- running ----------------------------------------------------------------------

sub copy_to_duck
{
	my ($table, $columns) = @_;
	my $csv = File::Temp->new(TEMPLATE => 'chs-bench-XXXXXXXXXX', TMPDIR => 1, SUFFIX => '.csv');
	my $types = $session->ask("SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' ORDER BY n)
		FROM pg_attribute LEFT JOIN LATERAL (SELECT array_position(string_to_array('$columns', ', '), attname::text) AS n) AS x ON true
		WHERE attrelid = '$table'::regclass AND attnum > 0 AND (n > 0 OR '$columns' = '*');");

	$session->ask("\\copy (SELECT $columns FROM $table) TO '$csv' (FORMAT csv)");
	$duck->ask("CREATE TABLE $table ($types)");
	$duck->ask("COPY $table FROM '$csv' (FORMAT csv, HEADER false)");
}

sub measure
{
	my ($q) = @_;
	my ($answer, $wall, $cpu);

	if ($q->{duck})
	{
		$duck->ask("SET threads = $q->{threads}");
		($answer, $wall, $cpu) = $duck->timed($q->{sql});
	}
	else
	{
		$session->ask("RESET ALL; $settings $q->{set} EXPLAIN $q->{sql}");
		($answer, $wall, $cpu) = $session->timed($q->{sql});
	}
	return ($answer, $wall, $q->{parallel} ? undef : $cpu);
}

# A rounded sum of doubles may differ in its last digit from one order of rows to
# another, and so do two programs.
sub same_answer
{
	my ($q, $reference) = @_;
	my @mine = split /[|\n{},]/, $q->{answer}, -1;
	my @other = split /[|\n{},]/, $reference->{answer}, -1;

	return 1 if $q->{answer} eq $reference->{answer};
	return 0 if !$q->{duck} || @mine != @other;
	for my $i (0 .. $#mine)
	{
		my ($a, $b) = ($mine[$i], $other[$i]);

		next if $a eq $b;
		return 0 if grep { !/^-?\d+(\.\d*)?(e[-+]?\d+)?$/ } $a, $b;
		return 0 if abs($a - $b) > 1e-9 * abs($b);
	}
	return 1;
}

# --- the table ------------------------------------------------------------------

sub median
{
	my @sorted = sort { $a <=> $b } grep { defined } @_;
	return undef if !@sorted;
	return $sorted[ $#sorted / 2 ] if @sorted % 2;
	return ($sorted[ @sorted / 2 - 1 ] + $sorted[ @sorted / 2 ]) / 2;
}

sub ratio
{
	my ($q, $r, $what) = @_;
	return median(map {
		defined $q->{$what}[$_] && $r->{$what}[$_] ? $q->{$what}[$_] / $r->{$what}[$_] : undef
	} 0 .. $rounds - 1);
}

# one decimal where a whole number would hide it
sub milliseconds
{
	my ($value) = @_;
	return show(defined $value && $value < 10 ? '%.1f' : '%.0f', $value);
}

sub show
{
	my ($format, $value) = @_;
	return defined $value ? sprintf($format, $value) : '';
}

# one row of the table; false if the two results differ
sub print_row
{
	my ($q, $against) = @_;
	my ($wall, $cpu, $verdict) = (undef, undef, '');
	my $reference = $against && $query{ $against->{name} };

	if ($reference)
	{
		$wall = ratio($q, $reference, 'wall');
		$cpu = ratio($q, $reference, 'cpu');
	}
	if ($against && $against->{target})
	{
		my $reached = $cpu // $wall;
		$verdict = ($against->{sign} eq '>=' ? $reached >= $against->{target} : $reached <= $against->{target})
		  ? 'met' : 'missed';
	}
	if ($against && $against->{same} && !same_answer($q, $reference))
	{
		$verdict = 'OTHER RESULT';
		print STDERR "$q->{name}: $q->{answer}$against->{name}: $reference->{answer}";
	}
	printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", $q->{name},
	  milliseconds(median(@{ $q->{wall} })), milliseconds(median(@{ $q->{cpu} })),
	  $against ? $against->{name} : '', show('%.2f', $wall), show('%.2f', $cpu),
	  $against && $against->{target} ? "$against->{sign} $against->{target}" : '', $verdict;
	return $verdict ne 'OTHER RESULT';
}

read_file();
$| = 1;
$session = BenchSession->postgres($seed);
$session->ask($preparation);
if (grep { $_->{duck} } @queries)
{
	$duck = BenchSession->duckdb($folder);
	copy_to_duck(@$_) for @copied;
}
$session->end;

for my $round (0 .. $rounds)
{
	$session = BenchSession->postgres($seed);
	$session->ask($variables);
	measure($_) for grep { $_->{name} =~ /_count|_stored/ && !$_->{parallel} } @queries;
	for my $q (@queries)
	{
		my ($answer, $wall, $cpu) = measure($q);

		$q->{answer} //= $answer;
		die "$file: $q->{name} gives another result the second time\n" if $q->{answer} ne $answer && !$q->{duck};
		next if $round == 0;
		push @{ $q->{wall} }, $wall;
		push @{ $q->{cpu} }, $cpu;
	}
	$session->end;
	print STDERR $round == 0 ? "warm; round" : " $round";
}
print STDERR "\n";
$duck->end if $duck;

print "| query | ms | CPU ms | divided by | ratio | CPU ratio | target | |\n";
print "|---|--:|--:|---|--:|--:|--:|---|\n";
my $wrong = 0;
for my $q (@queries)
{
	$wrong |= !print_row($q, $_) for @{ $q->{against} } ? @{ $q->{against} } : undef;
}
exit $wrong;
