# The other kind of `make torture`: random queries of sqlsmith over the samples and
# small tables of all types of chs.  Rounds of sqlsmith with the seeds SEED, SEED + 1,
# ... run for MINUTES, as a role without rights to write.  What they do to the server
# is read from its log and from /proc.  The environment is that of typed.pl.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::Bin/../lib";
use List::Util qw(max min);
use POSIX ':sys_wait_h';
use Time::HiRes qw(time sleep);
use ChsTorture;
use ChsTortureSession;
use ChsTortureSmith;
use ChsTortureValues;

$| = 1;
$SIG{INT} = $SIG{TERM} = sub { $ChsTorture::stop = 1 };
my ($seed, $minutes, $logfile) = @ENV{qw(SEED MINUTES SERVER_LOG)};
my $queries = 1000;     # of a round
my $timeout = 3;        # seconds, of the role smith
my $grace = 1;          # a statement that outlives its timeout by that is late
my $count = new_count('sqlsmith');
my ($offset, $asked) = (-s $logfile, undef);

my $session = ChsTortureSession->new(psql => $ENV{PSQL}, host => $ENV{PGHOST}, port => $ENV{PGPORT}, user => $ENV{PGUSER},
	database => $ENV{PGDATABASE}, settings => 'SET client_min_messages = error');
my ($routines, $others) = load_routines($session);
make_values($session, $seed, "$FindBin::Bin/pool.sql", $routines);
load_pool($session);
my $wrappers = make_smith($routines, sub { must($session, $_[0]) });
must($session, 'SELECT pg_stat_reset()');
print "$wrappers wrappers for routines that sqlsmith does not call\n";

sub start_round
{
	my ($round_seed) = @_;
	my $pid = fork // die "fork: $!\n";
	if (!$pid)
	{
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec 'sqlsmith', "--target=host=$ENV{PGHOST} port=$ENV{PGPORT} user=smith dbname=$ENV{PGDATABASE}", "--seed=$round_seed",
		  "--max-queries=$queries", '--exclude-catalog';
		die "sqlsmith: $!\n";
	}
	return $pid;
}

# The backends of smith: pid => seconds of the statement that runs.  Those that still
# read the catalog are not among them: sqlsmith would not survive a cancel there.
sub backends
{
	my $answer = $session->ask(q{SELECT pid || ' ' || CASE state WHEN 'active' THEN extract(epoch FROM clock_timestamp() - query_start) ELSE 0 END
		FROM pg_stat_activity WHERE usename = 'smith' AND backend_type IN ('client backend', 'parallel worker')
		 AND query !~* '(from|join) (pg_|information_schema)'});
	if ($answer->{state} =~ /^(?:lost|57P)/) { $session->renew; return }
	return map { split / / } grep { /^\d+ / } split /\n/, $answer->{text};
}

sub peak_of
{
	my ($pid) = @_;
	open(my $file, '<', "/proc/$pid/status") or return 0;
	local $/;
	return (<$file> // '') =~ /^VmHWM:\s*(\d+)/m ? $1 / 1024 : 0;
}

my (%over, %late);
sub check_backends
{
	my ($round_seed) = @_;
	my %running = backends();
	for my $pid (keys %running)
	{
		my $peak = peak_of($pid);
		$count->{peak} = max($count->{peak}, $peak);
		finding($count, sprintf('a backend held %d MB (seed %d)', $peak, $round_seed), $session->ask("SELECT query FROM pg_stat_activity WHERE pid = $pid")->{text})
		  if $peak > $ChsTorture::most_mb && !$over{$pid}++;
		finding($count, sprintf('a statement runs for %.1f s with a timeout of %d s (seed %d)', $running{$pid}, $timeout, $round_seed),
			$session->ask("SELECT query FROM pg_stat_activity WHERE pid = $pid")->{text})
		  if $running{$pid} > $timeout + $grace && !$late{$pid}++;
		# one of three statements that run for 50 ms is cancelled
		if (!$asked && $running{$pid} > 0.05 && $running{$pid} < $timeout - 0.2 && chance(0.33))
		{
			kill 'INT', $pid;
			$asked = { pid => $pid, time => time };
		}
	}
	undef $asked if $asked && time - $asked->{time} > 5;
	return;
}

# What the server adds to a record: its next lines of these kinds.
sub details
{
	my ($pid, @next) = @_;
	return map { "$_->{level}: $_->{text}" } grep { $_->{pid} == $pid && $_->{level} =~ /^(?:DETAIL|LOCATION|STATEMENT|QUERY|CONTEXT)$/ } @next;
}

# What the log says since the last time.
sub check_log
{
	my ($round_seed) = @_;
	my ($records, $end) = read_log($logfile, $offset);
	$offset = $end;
	for my $i (0 .. $#$records)
	{
		my $record = $records->[$i];
		my @more = details($record->{pid}, @$records[ $i + 1 .. min($i + 5, $#$records) ]);
		if ($record->{text} =~ /terminated by signal|was terminated|TRAP:/ || $record->{level} eq 'PANIC')
		{
			finding($count, "the log says: $record->{text} (seed $round_seed)", @more);
		}
		next if $record->{level} !~ /^(?:ERROR|FATAL)$/;
		$count->{states}{ substr $record->{state}, 0, 2 }++;
		finding($count, "$record->{level} $record->{text} (seed $round_seed)", @more) if $record->{state} =~ /^(?:XX|53|58)/;
		if ($asked && $record->{pid} == $asked->{pid} && $record->{state} eq '57014')
		{
			push @{ $count->{late} }, max(0, 1000 * ($record->{time} - $asked->{time})) if $record->{text} =~ /user request/;
			undef $asked;
		}
	}
	return;
}

my $until = time + 60 * $minutes;
my ($round, $broken) = (0, 0);
while (time < $until && !$ChsTorture::stop && @{ $count->{findings} } < $ChsTorture::most_findings)
{
	my $round_seed = $seed + $round++;
	srand($round_seed);
	my $pid = start_round($round_seed);
	my $ended;
	while (!($ended = waitpid($pid, WNOHANG)) && time < $until && !$ChsTorture::stop)
	{
		check_backends($round_seed);
		check_log($round_seed);
		sleep 0.05;
	}
	kill 'TERM', $pid if !$ended;
	waitpid $pid, 0 if !$ended;
	# it ends in order when it has asked all its queries; a lost server is in the log
	$broken++ if $ended && $?;
	check_log($round_seed);
}

$session->ask('SELECT pg_stat_force_next_flush()');
sleep 2;
my ($transactions) = $session->ask(q{SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()})->{text} =~ /(\d+)/;
my $calls = $session->ask(q{SELECT count(*) || ' ' || coalesce(sum(calls), 0) FROM pg_stat_user_functions AS f
	JOIN pg_depend AS d ON d.objid = f.funcid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'})->{text};
my ($called, $number) = $calls =~ /(\d+) (\d+)/;
$count->{statements} = $transactions // 0;
printf "%d rounds with the seeds %d to %d, of which sqlsmith left %d early; %d functions of chs, called %d times (beside those of aggregates)\n",
  $round, $seed, $seed + $round - 1, $broken, $called // 0, $number // 0;
print report_of($count), "\n";
exit(@{ $count->{findings} } ? 1 : 0);
