# Is a cancel answered in time?  Shared by the tests that ask it.
#
# A case is a statement that runs for long: [ name, statement, settings => SQL,
# undo => SQL ].  It is run to its end once, then again with a statement_timeout
# at several moments of its run.  What counts is the time from that moment until
# the server has written the error, which it sends before it frees what the
# statement held; both times are those of its log.  A noisy machine only adds to
# it, so a moment is tried up to six times and the best one counts.  After
# each cancel the same session must answer a question, and at the end the
# statement must give what it gave at first.
package ChsCancel;

use strict;
use warnings;

use Exporter 'import';
use List::Util qw(max min);
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(configure_for_cancels check_cancels);

my $tries = 6;
my $right_behind = 5;    # ms
my $question = q{SELECT mrr(subscription_agg(c, '2025-01-01', NULL, c * 10), '2025-06-30') FROM generate_series(1::bigint, 3) AS c};
my $answer = '60.00';

sub configure_for_cancels
{
	my ($node) = @_;
	$node->append_conf('postgresql.conf', q{
lc_messages = 'C'
log_line_prefix = '%n '
log_statement = 'all'
autovacuum = off
jit = off
work_mem = '256MB'
max_wal_size = '4GB'
min_parallel_table_scan_size = 0
parallel_setup_cost = 0
parallel_tuple_cost = 0
max_parallel_workers_per_gather = 0
});
	return;
}

# Milliseconds from the start of the statement to its error, by the log.
sub time_of_error
{
	my ($log, $statement) = @_;
	my ($start, $error) = $log =~ /^([\d.]+) LOG:  statement: \Q$statement\E.*?^([\d.]+) ERROR:  canceling statement/ms
	  or return;
	return ($error - $start) * 1000;
}

# Runs the statement with a timeout (0: none): SQLSTATE, milliseconds until psql
# is ready again and until the error, what the statement gave, what the question
# after it gave.
sub run_statement
{
	my ($node, $case, $timeout) = @_;
	my ($name, $statement, %has) = @$case;
	my ($begin, $end) = $has{undo} ? ("BEGIN;\n", "$has{undo};\n") : ('', '');
	my $offset = -s $node->logfile;
	my (undef, $out, $err) = $node->psql('postgres',
		($has{settings} ? "$has{settings};\n" : '') . $begin
		  . "SET statement_timeout = $timeout;\n\\timing on\n$statement;\n\\timing off\n\\echo state :SQLSTATE\n"
		  . $end . "SET statement_timeout = 0;\n$question;\n",
		on_error_stop => 0);

	# A timeout that came right behind the statement has hit what followed; one
	# that the statement outlived by more than that is late, and stays so.
	return run_statement($node, $case, $timeout)
	  if $out =~ /^Time: ([\d.]+) ms.*?\nstate 00000$/ms && $1 - $timeout < $right_behind && $err =~ /canceling statement/;

	my ($result, $ready, $state, $after) = $out =~ /\A(.*?)Time: ([\d.]+) ms.*?\nstate (\w+)\n(.*?)\n?\z/s
	  or die "$name: no answer from the server\n$out\n$err";
	my $late = time_of_error(slurp_file($node->logfile, $offset), $statement);
	return { result => $result, ready => $ready, late => defined $late ? $late - $timeout : undef,
		state => $state, answer => $after };
}

# Cancels one case at the given parts of its run, which must be answered within
# "limit" milliseconds, or, if "share" is given, within that part of the run if
# that is less.  Returns the worst.
sub check_case
{
	my ($node, $case, %how) = @_;
	my $name = $case->[0];
	my $first = run_statement($node, $case, 0);
	my $allowed = $how{limit};
	if ($how{share})
	{
		my $share = max($how{noise}, $first->{ready} * $how{share});
		$allowed = $share if $share < $allowed;
	}
	my ($worst, $at, $worst_ready, $cancelled, @wrong) = (0, 0, 0, 0);
	push @wrong, "first: $first->{state}" if $first->{state} ne '00000';
	for my $moment (@{ $how{moments} })
	{
		my ($timeout, $best, $ready);
		for (1 .. $tries)
		{
			$timeout = max(1, int($first->{ready} * $moment));
			my $run = run_statement($node, $case, $timeout);
			push @wrong, "after $timeout ms: $run->{answer}" if $run->{answer} ne $answer;
			if ($run->{state} eq '00000')
			{
				# it was done by then: now it is known to take less
				$first->{ready} = min($first->{ready}, $run->{ready});
				next;
			}
			push @wrong, "after $timeout ms: SQLSTATE $run->{state}" if $run->{state} ne '57014';
			die "$name: its cancel is not in the log" if !defined $run->{late};
			($best, $ready) = ($run->{late}, $run->{ready} - $timeout) if !defined $best || $run->{late} < $best;
			last if $best <= $allowed;
		}
		next if !defined $best;
		$cancelled++;
		($worst, $at, $worst_ready) = ($best, $timeout, $ready) if $best >= $worst;
	}
	my $last = run_statement($node, $case, 0);
	is(join('; ', @wrong), '', "$name: cancelled, and the next statement answers");
	is($last->{result}, $first->{result}, "$name: then the same result");
	cmp_ok($cancelled, '>=', @{ $how{moments} } / 2, "$name: cancelled at $cancelled moments");
	ok($worst <= $allowed, sprintf '%s: answered after %.0f ms at the worst', $name, $worst)
	  or diag sprintf '%s: cancelled at %d ms of %.0f ms, answered %.0f ms later; allowed: %.0f ms',
	  $name, $at, $first->{ready}, $worst, $allowed;
	note sprintf '%-45s %6.0f ms; cancelled at %6d ms: answered after %4.0f ms, ready after %4.0f ms',
	  $name, $first->{ready}, $at, $worst, $worst_ready;
	return $worst;
}

# CHS_CASE=word: only cases whose name has it
sub check_cancels
{
	my ($node, $cases, %how) = @_;
	my $only = $ENV{CHS_CASE} // '';
	my $worst = max map { check_case($node, $_, %how) } grep { index($_->[0], $only) >= 0 } @$cases;
	note sprintf 'the worst of all: answered after %.0f ms', $worst;
	return;
}

1;
