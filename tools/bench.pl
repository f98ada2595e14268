# Runs one bench/NAME.sql and prints a markdown table.
#
#	perl tools/bench.pl FILE ROUNDS SEED
#
# The form of a file: what comes before the first line "-- @..." prepares and
# is not measured (:seed is the seed).  Each such line begins one query:
#
#	-- @NAME [/ REFERENCE] [>= RATIO | <= RATIO] [same]
#
# NAME / REFERENCE is the ratio of their times; the target is what it should
# be; "same" demands that both give the same result.  A query may begin with
# SET statements of its own, which are not measured; the SETs, \sets and
# queries that end in \gset of the preparation hold for every query.
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

use IPC::Open2;

my ($file, $rounds, $seed) = @ARGV;
my (@queries, %query, $preparation, $settings, $variables);
my $end = '@@ end';

# --- reading the file ---------------------------------------------------------

sub read_file
{
	my $current;

	open(my $in, '<', $file) or die "$file: $!\n";
	while (my $line = <$in>)
	{
		if ($line =~ m{^-- \@(\w+)(?:\s*/\s*(\w+))?(?:\s*([<>]=)\s*([\d.]+))?(\s+same)?\s*$})
		{
			$current = { name => $1, against => $2, sign => $3, target => $4, same => $5, sql => '' };
			die "$file: $1 occurs twice\n" if $query{$1};
			die "$file: $1: nothing to compare with\n" if ($3 || $5) && !$2;
			push @queries, $current;
			$query{$1} = $current;
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
			$preparation .= $line;
		}
	}
	close $in;
	for my $q (@queries)
	{
		die "$file: $q->{name}: there is no $q->{against}\n"
		  if $q->{against} && !$query{ $q->{against} };
		$q->{sql} =~ s/^\s*--.*\n//mg;
		$q->{set} = '';
		$q->{set} .= $1 while $q->{sql} =~ s/\A\s*(SET\s[^;]*;)//i;
		$q->{parallel} = $q->{set} =~ /parallel/;
	}
	$settings = join '', $preparation =~ /^(SET\s[^;]*;)\s*$/mgi;
	$variables = join '', $preparation =~ /^(\\set\s.*\n|SELECT\s.*\\gset\n)/mg;
}

# --- talking to psql ----------------------------------------------------------

my ($psql, $from, $to, $pid);

sub start_session
{
	$psql = open2($from, $to, 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-v', "seed=$seed");
	$to->autoflush(1) if $to->can('autoflush');
	$pid = ask('SELECT pg_backend_pid();');
	chomp $pid;
}

sub end_session
{
	print $to "\\q\n";
	close $to;
	waitpid($psql, 0);
}

sub ask
{
	my ($sql) = @_;
	my $answer = '';

	print $to "$sql\n\\echo $end\n";
	while (my $line = <$from>)
	{
		return $answer if $line eq "$end\n";
		$answer .= $line;
	}
	die "$file: psql ended\n";
}

# processor time of the server process in ms, if this system tells it
sub processor_time
{
	open(my $in, '<', "/proc/$pid/schedstat") or return undef;
	my $line = <$in>;
	close $in;
	return defined $line && $line =~ /^(\d+)/ && $1 > 0 ? $1 / 1e6 : undef;
}

sub measure
{
	my ($q) = @_;
	my ($before, $after, $answer, $wall);

	ask("RESET ALL; $settings $q->{set} EXPLAIN $q->{sql}");
	$before = processor_time();
	$answer = ask("\\timing on\n$q->{sql}\n\\timing off");
	$after = processor_time();
	$answer =~ s/^Time: ([\d.]+) ms.*\n//m or die "$file: $q->{name}: no time in: $answer\n";
	$wall = $1;
	die "$file: $q->{name}: more than one statement\n" if $answer =~ /^Time: /m;
	return ($answer, $wall,
		defined $before && defined $after && !$q->{parallel} ? $after - $before : undef);
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
	my ($q, $what) = @_;
	my $r = $query{ $q->{against} };
	return median(map {
		defined $q->{$what}[$_] && $r->{$what}[$_] ? $q->{$what}[$_] / $r->{$what}[$_] : undef
	} 0 .. $rounds - 1);
}

sub show
{
	my ($format, $value) = @_;
	return defined $value ? sprintf($format, $value) : '';
}

read_file();
$| = 1;
start_session();
ask($preparation);
end_session();

for my $round (0 .. $rounds)
{
	start_session();
	ask($variables);
	measure($_) for grep { $_->{name} =~ /_count/ && !$_->{parallel} } @queries;
	for my $q (@queries)
	{
		my ($answer, $wall, $cpu) = measure($q);

		$q->{answer} //= $answer;
		die "$file: $q->{name} gives another result the second time\n" if $q->{answer} ne $answer;
		next if $round == 0;
		push @{ $q->{wall} }, $wall;
		push @{ $q->{cpu} }, $cpu;
	}
	end_session();
	print STDERR $round == 0 ? "warm; round" : " $round";
}
print STDERR "\n";

print "| query | ms | CPU ms | divided by | ratio | CPU ratio | target | |\n";
print "|---|--:|--:|---|--:|--:|--:|---|\n";
my $wrong = 0;
for my $q (@queries)
{
	my ($wall, $cpu, $verdict) = (undef, undef, '');

	if ($q->{against})
	{
		$wall = ratio($q, 'wall');
		$cpu = ratio($q, 'cpu');
	}
	if ($q->{target})
	{
		my $reached = $cpu // $wall;
		$verdict = ($q->{sign} eq '>=' ? $reached >= $q->{target} : $reached <= $q->{target})
		  ? 'met' : 'missed';
	}
	if ($q->{same} && $q->{answer} ne $query{ $q->{against} }{answer})
	{
		$verdict = 'OTHER RESULT';
		$wrong = 1;
		print STDERR "$q->{name}: $q->{answer}$q->{against}: $query{ $q->{against} }{answer}";
	}
	printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", $q->{name},
	  show('%.0f', median(@{ $q->{wall} })), show('%.0f', median(@{ $q->{cpu} })),
	  $q->{against} // '', show('%.2f', $wall), show('%.2f', $cpu),
	  $q->{target} ? "$q->{sign} $q->{target}" : '', $verdict;
}
exit $wrong;
