# Runs the cases of ChsTortureCases for a time or a number of them, compares what
# their ways give, cancels some, and says at the end what was done.
#
# A finding is printed with its SQL and how to repeat it: the chance of case n of
# seed s depends on both only, and what a case works on depends on s only.
package ChsTorture;

use strict;
use warnings;

use Exporter 'import';
use List::Util qw(max sum0);
use POSIX qw(floor);
use Time::HiRes qw(time);
use ChsStored;
use ChsTortureCases;
use ChsTortureSession;
use ChsTortureValues;

our @EXPORT = qw(new_count must make_values torture report_of finding);

# The largest value has 1 GB, shared buffers 256 MB, a query 64 MB of work_mem; a
# case has values of a few MB at most.  More than this is memory out of hand.
our $most_mb = 1536;
our $most_late = 250;      # ms, at the 99th percentile, if there are
our $least_cancels = 50;   # to take it of
our $most_findings = 25;
our $prints = 1;           # findings, as they are made
our $stop = 0;             # a signal ends a run early, with its report

my $settings = join('; ', 'SET client_min_messages = error', 'SET statement_timeout = 60000', 'SET extra_float_digits = 1',
	'SET search_path = public', "SET datestyle = 'ISO'", "SET work_mem = '64MB'", $ChsTortureCases::serial);

# --- what is counted ----------------------------------------------------------------

sub new_count
{
	return { kind => shift, statements => 0, compared => 0, skipped => 0, states => {}, late => [], timeouts => [], peak => 0, findings => [], cases => 0 };
}

sub finding
{
	my ($count, $what, @sql) = @_;
	my $text = join("\n    ", $what, map { length $_ > 6000 ? substr($_, 0, 6000) . ' ...' : $_ } @sql);
	push @{ $count->{findings} }, $text;
	print "FINDING: $text\n" if $prints;
	return;
}

sub quantile
{
	my ($share, @values) = @_;
	return if !@values;
	my @sorted = sort { $a <=> $b } @values;
	my $at = floor($share * @sorted);
	return $sorted[ $at > $#sorted ? -1 : $at ];
}

# New lines of the server's log that name a crash.  (Internal errors come to the session.)
sub log_findings
{
	my ($count, $logfile) = @_;
	open(my $log, '<', $logfile) or return;
	seek $log, $count->{log_offset} // 0, 0;
	while (my $line = <$log>)
	{
		finding($count, "the log says: $line") if $line =~ /terminated by signal|PANIC:|TRAP:|server process .* exited|server process .* was terminated/;
	}
	$count->{log_offset} = tell $log;
	return;
}

# --- what the cases work on ------------------------------------------------------------

sub must
{
	my ($session, $sql) = @_;
	my $answer = $session->ask($sql);
	die "$sql\n$answer->{text}\n" if $answer->{state} ne '00000';
	return $answer->{text};
}

# Whole values of each type: those of @stored, and what every aggregate and every
# constructor of the type gives for plausible arguments.
sub fill_pool
{
	my ($session, $routines) = @_;
	for (@stored)
	{
		must($session, $_->{make});
		my ($column) = must($session, "SELECT attname FROM pg_attribute WHERE attrelid = 'kept_$_->{type}'::regclass AND attnum = 2") =~ /^(\w+)$/m;
		must($session, "INSERT INTO torture.pool_$_->{type} (kind, v) SELECT 'whole', $column FROM kept_$_->{type} WHERE num_nonnulls($column) = 1");
	}
	must($session, "INSERT INTO torture.pool_healthmodel (kind, v) SELECT 'whole', m::healthmodel FROM (VALUES " . join(', ', map { "(\$m\$$_\$m\$)" } models()) . ') AS x(m)');
	load_pool($session);
	for my $routine (grep { $_->{kind} eq 'a' && $pool{ $_->{returns} } && $_->{call} !~ /rollup/ } @$routines)
	{
		my %seen;
		my $arguments = join(', ', map { column($routine->{types}[$_], $routine->{names}[$_], \%seen, 0)->{sql} } 0 .. $#{ $routine->{types} });
		# one that refuses these arguments gives none
		$session->ask("INSERT INTO torture.pool_$routine->{returns} (kind, v) SELECT 'whole', v FROM "
			. "(SELECT $routine->{call}($arguments) AS v FROM torture.rows WHERE NOT hostile AND id <= " . pick(3, 60, 400) . ') AS q WHERE num_nonnulls(v) = 1');
	}
	return;
}

sub models
{
	my $signals = '{"name": "usage", "curve": [[0, 0], [5, 80], [9, 100]], "weight": 3, "at": "seen", "half_life_days": 90}, {"name": "nps", "worst": 0, "best": 10, "missing": "worst"}';
	return (qq({"signals": [$signals]}), qq({"signals": [$signals, {"name": "mood", "values": {"angry": 0, "fine": 60}}], "min_coverage": 40}),
		'{"method": "points", "base": 50, "signals": [{"name": "usage", "points": 2, "max": 10}, {"name": "nps", "points": -3, "min": -20}]}',
		'{"signals": [{"name": "usage", "worst": 0, "best": 10}], "caps": [{"signal": "usage", "below": 1, "score": 40, "reason": "unused"}],
			"bands": [{"name": "red", "from": 0, "color": "#f00"}, {"name": "green", "from": 60}]}');
}

# make_values(session, seed, pool.sql, routines): the schema torture
sub make_values
{
	my ($session, $seed, $script, $routines) = @_;
	must($session, "SET client_min_messages = error; SELECT test_damaged('x'::text, 1)");
	my $answer = $session->ask("\\i $script");
	die "$script: $answer->{text}\n" if $answer->{state} ne '00000';
	srand($seed);
	fill_pool($session, $routines);
	must($session, "SELECT torture.damage(type, $seed\::bigint * 1000003) FROM torture.type WHERE typtype = 'b' ORDER BY type::text");
	must($session, q{INSERT INTO torture.pool_activityentry (kind, v) SELECT kind, v::activityentry FROM torture.pool_activitysummary WHERE kind <> 'whole'});
	return;
}

# --- the loop ---------------------------------------------------------------------------

# What a comparison looks at: the value, or that there is an error.  No rows and
# one row without a value are the same.
sub outcome
{
	my ($answer) = @_;
	return 'ERROR' if $answer->{state} ne '00000';
	return $answer->{text} =~ /\A(?:NULL)?\n?\z/ ? '' : $answer->{text};
}

my $number = qr/[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|Infinity|NaN)/i;

# Equal, or equal but for the last digits of floating-point numbers.
sub same
{
	my ($one, $other, $loose) = @_;
	return 1 if $one eq $other;
	return 0 if !$loose;
	return 0 if $one =~ s/$number/#/gr ne $other =~ s/$number/#/gr;
	my @one = $one =~ /$number/g;
	my @other = $other =~ /$number/g;
	for my $i (0 .. $#one)
	{
		next if $one[$i] eq $other[$i];
		return 0 if "$one[$i]$other[$i]" =~ /[a-df-z]/i;
		return 0 if abs($one[$i] - $other[$i]) > 1e-6 * max(1, abs $one[$i], abs $other[$i]);
	}
	return 1;
}

# One statement, counted; some are cancelled or have a timeout.
sub run
{
	my ($self, $case, $name, $sql, $disturbed) = @_;
	my $count = $self->{count};
	my %how;
	my $limit;

	if ($disturbed && chance(0.5)) { $how{cancel} = exp(rand log(200)) }
	elsif ($disturbed) { $limit = 1 + int exp(rand log(200)); $sql = "SET statement_timeout = $limit; $sql" }
	my $answer = $self->{session}->ask($sql, %how);
	$answer->{text} =~ s/^(?:DETAIL|HINT|CONTEXT|LOCATION):.*\n//mg if $answer->{state} eq '00000';
	$count->{statements}++;
	$count->{states}{ substr $answer->{state}, 0, 2 }++;
	push @{ $count->{late} }, $answer->{late} if defined $answer->{late} && $answer->{state} eq '57014';
	push @{ $count->{timeouts} }, $answer->{ms} - $limit if $limit && $answer->{state} eq '57014';
	$self->after_disturbance if $disturbed;
	my $where = "$case->{label}, $name (CASE=$self->{case} SEED=$self->{seed})";
	if ($answer->{state} =~ /^(?:XX|53|58|57P|hung|lost)/)
	{
		finding($count, "$answer->{state} in $where: " . ($answer->{text} =~ s/\s*\n\s*/ | /gr =~ s/(.{600}).*/$1/sr), $sql);
	}
	elsif (!$disturbed && $answer->{state} eq '57014' && !$case->{long})
	{
		finding($count, "runs for more than a minute: $where", $sql);
	}
	if ($answer->{state} =~ /^(?:hung|lost|57P)/)
	{
		kill 'KILL', $self->{session}{backend} if $answer->{state} eq 'hung';
		$self->{session}->renew;
	}
	return $answer;
}

# The session that was disturbed answers.
sub after_disturbance
{
	my ($self) = @_;
	my $answer = $self->{session}->ask('ROLLBACK; SET statement_timeout = 60000; DEALLOCATE ALL; SELECT 6 * 7');
	finding($self->{count}, "a disturbed session does not answer: $answer->{text} (CASE=$self->{case} SEED=$self->{seed})") if $answer->{text} !~ /^42$/m;
	return;
}

sub check_memory
{
	my ($self, $case) = @_;
	my $peak = $self->{session}->peak_mb;
	my $count = $self->{count};
	$count->{peak} = max($count->{peak}, $peak);
	if ($peak > $most_mb)
	{
		finding($count, sprintf('a backend held %d MB: %s (CASE=%d SEED=%d)', $peak, $case->{label}, $self->{case}, $self->{seed}), $case->{base}, map { $_->[1] } @{ $case->{ways} });
		$self->{session}->renew;
	}
	return;
}

sub run_case
{
	my ($self) = @_;
	my $count = $self->{count};
	srand($self->{seed} * 1_000_003 + $self->{case});
	my $case = make_case($self->{routines});
	$count->{cases}++;
	$count->{seen}{ $case->{label} =~ s/ over .*//r }++;
	my $base = $self->run($case, 'plain', $case->{base}, $case->{long} && chance(0.9) || chance(0.03));
	for (@{ $case->{ways} })
	{
		my ($name, $sql, $remark) = @$_;
		my $answer = $self->run($case, $name, $sql, $remark && chance(0.2));
		if ($remark || !$case->{compared} || grep { $_->{state} =~ /^(?:57|hung|lost)/ || $case->{errors_differ} && $_->{state} =~ $case->{errors_differ} } $base, $answer)
		{
			$count->{skipped}++;
			next;
		}
		$count->{compared}++;
		my ($one, $other) = map { outcome($_) } $base, $answer;
		next if same($one, $other, $case->{loose});
		finding($count, "$case->{label}: another answer, $name (CASE=$self->{case} SEED=$self->{seed})",
			$case->{base}, "gives $base->{state}: " . shortened($one, $base, $other), $sql, "gives $answer->{state}: " . shortened($other, $answer, $one));
	}
	$self->check_memory($case);
	return;
}

# Where two answers begin to differ.
sub shortened
{
	my ($one, $answer, $other) = @_;
	return substr($answer->{text}, 0, 300) if $one eq 'ERROR';
	my $at = 0;
	$at++ while $at < length $one && $at < length $other && substr($one, $at, 1) eq substr($other, $at, 1);
	return sprintf('... from %d of %d: %s', $at, length $one, substr($one, $at < 40 ? 0 : $at - 40, 200));
}

# torture(session, routines, seed => n, seconds => n or cases => n, first => n, log => file)
sub torture
{
	my ($session, $routines, %how) = @_;
	my $self = bless { session => $session, routines => $routines, seed => $how{seed}, count => new_count('typed calls') };
	my $count = $self->{count};
	my $until = time + ($how{seconds} // 1e9);

	$count->{log_offset} = -s $how{log};
	must($session, $settings);
	$session->{how}{settings} = $settings;
	for (my $n = 0; $n < ($how{cases} // 1e12) && time < $until && !$stop && @{ $count->{findings} } < $most_findings; $n++)
	{
		$self->{case} = ($how{first} // 1) + $n;
		$self->run_case;
		log_findings($count, $how{log}) if $n % 50 == 49;
		$session->renew if $n % 1000 == 999;
		progress($count) if $how{progress} && $n % 10000 == 9999;
	}
	log_findings($count, $how{log});
	return $count;
}

sub progress
{
	my ($count) = @_;
	printf "%d cases, %d statements, %d comparisons, %d findings\n", @$count{qw(cases statements compared)}, scalar @{ $count->{findings} };
	return;
}

# The one line of a kind; a cancel that comes too late is a finding of its own.
sub report_of
{
	my ($count) = @_;
	my @late = (@{ $count->{late} }, @{ $count->{timeouts} });
	my $cancels = 'no cancel measured';
	if (@late)
	{
		$cancels = sprintf '%d cancels answered after %.0f ms (p50), %.0f ms (p99), %.0f ms (max)', scalar @late, quantile(0.5, @late), quantile(0.99, @late), max(@late);
		finding($count, "cancels: $cancels") if @late >= $least_cancels && quantile(0.99, @late) > $most_late;
	}
	my $states = join(', ', map { "$_: $count->{states}{$_}" } sort keys %{ $count->{states} });
	return sprintf '%s: %d statements (by SQLSTATE class %s), %d comparisons, %d skipped, %s, peak memory %d MB, %d findings',
	  $count->{kind}, $count->{statements}, $states || 'none', $count->{compared}, $count->{skipped}, $cancels, $count->{peak}, scalar @{ $count->{findings} };
}

1;
