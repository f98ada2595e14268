# kill -9 of a backend, of a parallel worker and of the whole server, while chs
# refreshes, aggregates, stores, and while ALTER EXTENSION runs: after recovery,
# which takes at most five seconds, each thing is as it was or as it was to
# become, and answers so.
#
# CHS_ROUNDS kills of each kind (50), at moments that CHS_SEED chooses.
use strict;
use warnings;

use IPC::Run;
use List::Util qw(max);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsStored;

my $rounds = $ENV{CHS_ROUNDS} // 50;
my $seed = $ENV{CHS_SEED} // 20261130;
# seconds that recovery may take, more where PATIENCE is called for
my $limit = 5 * ($ENV{PG_TEST_TIMEOUT_DEFAULT} // 180) / 180;
srand($seed);
note "CHS_SEED=$seed";

my $node = PostgreSQL::Test::Cluster->new('kill');
$node->init;
$node->append_conf('postgresql.conf', q{
lc_messages = 'C'
jit = off
restart_after_crash = on
work_mem = '16MB'
max_wal_size = '256MB'
parallel_setup_cost = 0
parallel_tuple_cost = 0
min_parallel_table_scan_size = 0
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
});
$node->start;

# --- what is there -----------------------------------------------------------------

# one database with stored values of every type of version base, to upgrade
$node->safe_psql('postgres', 'CREATE DATABASE base_version; CREATE DATABASE data');
$node->safe_psql('base_version', "CREATE EXTENSION chs VERSION 'base'");
my %has = map { $_ => 1 } split /\n/, $node->safe_psql('base_version',
	q{SELECT typname FROM pg_type JOIN pg_depend ON objid = pg_type.oid AND classid = 'pg_type'::regclass AND deptype = 'e'});
my @kept = grep { $has{ $_->{type} } } @stored;
$node->safe_psql('base_version', join ';', map { $_->{make} } @kept);
my $ask_kept = join ';', map { $_->{ask} } @kept;
my $kept = $node->safe_psql('base_version', $ask_kept);

$node->safe_psql('data', q{
	CREATE SCHEMA one; CREATE SCHEMA two;
	CREATE EXTENSION chs SCHEMA one;
	SET search_path = public, one;
	CREATE TABLE rows AS
		SELECT c AS customer, c % 40 AS segment, date '2024-01-01' + (hashint8(c + n) & 511) + 300 * n AS started,
			   CASE WHEN n = 0 OR c % 3 > 0 THEN date '2024-01-01' + (hashint8(c + n) & 511) + 300 * n + 200 END AS ended,
			   20 + (hashint8(c * 9 + n) & 255) * 1.25 AS mrr, hashint8(c) & 7 AS answer
		  FROM generate_series(1::bigint, 40000) AS c, generate_series(0, 1) AS n;
	ALTER TABLE rows SET (parallel_workers = 2);
	CREATE TABLE state (version int); INSERT INTO state VALUES (0);
	CREATE MATERIALIZED VIEW kpi AS
		SELECT segment, version, survey_agg(answer) AS survey, subscription_agg(customer, started, ended, mrr + version) AS subscription,
			   activity_agg(customer, started) AS activity, purchase_agg(customer, started, mrr) AS purchase
		  FROM rows, state GROUP BY segment, version;
	CREATE UNIQUE INDEX ON kpi (segment);
	CREATE INDEX kpi_survey ON kpi USING btree (survey);
	CREATE TABLE target (id int PRIMARY KEY, s subscriptionsummary);
	INSERT INTO target SELECT segment, subscription FROM kpi;
	VACUUM ANALYZE});
my $has_amcheck = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_available_extensions WHERE name = 'amcheck'});
$node->safe_psql('data', 'CREATE EXTENSION amcheck SCHEMA public') if $has_amcheck;

my $path = 'SET search_path = public, one, two';
# what kpi says, by version of the rows
my $ask_kpi = q{SELECT min(version), max(version), count(*), sum(responses(survey)), sum(mrr(subscription, '2025-03-31')), sum(active_customers(activity, '[2025-01-01,2026-01-01)')),
	sum(revenue(purchase)) FROM kpi};
my @of_version;
sub answer_of
{
	my ($version) = @_;
	return $of_version[$version] //= $node->safe_psql('data', qq{$path; SELECT $version, $version, 40, sum(responses(survey)), sum(mrr), sum(active), sum(revenue) FROM (
		SELECT survey_agg(answer) AS survey, mrr(subscription_agg(customer, started, ended, mrr + $version), '2025-03-31') AS mrr,
			   active_customers(activity_agg(customer, started), '[2025-01-01,2026-01-01)') AS active, revenue(purchase_agg(customer, started, mrr)) AS revenue
		  FROM rows GROUP BY segment) AS x});
}
my $whole = q{SELECT mrr(subscription_agg(customer, started, ended, mrr), '2025-03-31'), active_customers(activity_agg(customer, started), '[2025-01-01,2026-01-01)') FROM rows};
my $wanted_whole = $node->safe_psql('data', "$path; $whole");
my $ask_target = q{SELECT count(*), sum(mrr(s, '2025-03-31')) FROM target};
my $target = $node->safe_psql('data', "$path; $ask_target");
my $fresh_members = $node->safe_psql('data', q{SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')});
my $base_members = $node->safe_psql('base_version', q{SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')});

# --- a session and its end ------------------------------------------------------------

sub start_session
{
	my ($database, $sql) = @_;
	my %session = (in => "SELECT 'pid ' || pg_backend_pid();\n$sql;\n\\echo done\n", out => '', err => '');
	$session{run} = IPC::Run::start([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database) ],
		'<', \$session{in}, '>', \$session{out}, '2>', \$session{err}, IPC::Run::timeout(180));
	$session{run}->pump until $session{out} =~ /^pid (\d+)/m || $session{err} ne '';
	($session{pid}) = $session{out} =~ /^pid (\d+)/m or die $session{err};
	return \%session;
}

sub end_session
{
	my ($session) = @_;
	eval { $session->{run}->finish };
	return $session->{out} =~ /^done$/m;
}

# Seconds of recovery, by the server's log from that place on: from its start, or
# from the end of its last process, until it is ready.  (What pg_ctl and psql take
# is not the server's.)
sub wait_for_answer
{
	my ($place) = @_;
	my $since = time();
	while (time() - $since < 60)
	{
		my ($status, $out) = $node->psql('postgres', 'SELECT 6 * 7');
		if (defined $status && $status == 0 && $out eq '42' && slurp_file($node->logfile, $place) =~
			/^\S+ ([\d:.]+) [^\n]*(?:starting PostgreSQL|all server processes terminated).*^\S+ ([\d:.]+) [^\n]*ready to accept connections/ms)
		{
			my ($begin, $end) = map { my @part = split /:/; 3600 * $part[0] + 60 * $part[1] + $part[2] } $1, $2;
			return $end - $begin + ($end < $begin ? 86400 : 0);
		}
		sleep 0.05;
	}
	die "the server does not answer after 60 s";
}

# Ends the session's backend, one of its workers, or the server: seconds to recover.
my %end = (
	backend => sub { my ($session, $place) = @_; kill 'KILL', $session->{pid}; end_session($session); return wait_for_answer($place) },
	worker => sub {
		my ($session, $place) = @_;
		my @workers = split /\n/, $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE leader_pid = $session->{pid}");
		kill 'KILL', $workers[0] // $session->{pid};
		end_session($session);
		return wait_for_answer($place);
	},
	server => sub {
		my ($session, $place) = @_;
		my @rest = children_of($node->{_pid});
		$node->kill9;
		# a backend that works on does not see that the server is gone: what
		# supervises servers ends all of their processes
		kill 'KILL', @rest;
		end_session($session);
		sleep 0.05 while grep { kill 0, $_ } @rest;
		$node->start;
		return wait_for_answer($place);
	});

sub children_of
{
	my ($parent) = @_;
	return map { m{/proc/(\d+)/} } grep { -r $_ && eval { slurp_file($_) } =~ /^PPid:\s*$parent$/m } glob('/proc/[0-9]*/status');
}

# --- what is interrupted -----------------------------------------------------------------
# Each returns [database, statements, check]; the check is called with whether the
# statements came to their end, and returns what is wrong.

my $version = 0;
my $in_schema = 'one';
my $copies = 0;
sub check_indexes
{
	return '' if !$has_amcheck;
	my (undef, undef, $err) = $node->psql('data', q{SET search_path = public, one, two; SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid IN ('kpi'::regclass, 'target'::regclass)});
	return $err;
}

my %work = (
	'REFRESH CONCURRENTLY' => sub {
		$node->safe_psql('data', 'UPDATE state SET version = version + 1');
		my $before = $version++;
		my $after = $version;
		return [ 'data', "$path; REFRESH MATERIALIZED VIEW CONCURRENTLY kpi", sub {
			my ($done) = @_;
			my $now = $node->safe_psql('data', "$path; $ask_kpi");
			my $wrong = '';
			$wrong .= "kpi: $now, not version $before or $after; " if $now ne answer_of($after) && ($done || $now ne answer_of($before));
			$node->safe_psql('data', "$path; REFRESH MATERIALIZED VIEW CONCURRENTLY kpi");
			$now = $node->safe_psql('data', "$path; $ask_kpi");
			$wrong .= "kpi refreshed: $now; " if $now ne answer_of($after);
			return $wrong . check_indexes();
		} ];
	},
	'aggregation' => sub { [ 'data', "$path; $whole", sub { '' } ] },
	'parallel aggregation' => sub { [ 'data', "SET max_parallel_workers_per_gather = 2; $path; $whole", sub { '' } ] },
	'replacing stored values' => sub {
		return [ 'data', "$path; BEGIN; UPDATE target SET s = combine(s, s); DELETE FROM target WHERE id % 2 = 0; CREATE TABLE unfinished AS SELECT * FROM target; ROLLBACK", sub {
			return $node->safe_psql('data', q{SELECT CASE WHEN to_regclass('unfinished') IS NOT NULL THEN 'a table is left; ' ELSE '' END}) . check_indexes();
		} ];
	},
	'ALTER EXTENSION SET SCHEMA' => sub {
		my ($from, $to) = $in_schema eq 'one' ? ('one', 'two') : ('two', 'one');
		return [ 'data', "ALTER EXTENSION chs SET SCHEMA $to", sub {
			my ($done) = @_;
			my $where = $node->safe_psql('data', q{SELECT string_agg(DISTINCT o.schema, ' ') FROM pg_depend, pg_identify_object(classid, objid, objsubid) AS o
				WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs') AND o.schema IS NOT NULL});
			my $wrong = $where eq $to || ($where eq $from && !$done) ? '' : "objects are in $where; ";
			$in_schema = $where;
			return $wrong;
		} ];
	},
	'ALTER EXTENSION UPDATE' => sub {
		my $copy = 'copy' . ++$copies;
		$node->safe_psql('postgres', "CREATE DATABASE $copy TEMPLATE base_version");
		return [ $copy, 'ALTER EXTENSION chs UPDATE', sub {
			my ($done) = @_;
			my $state = q{SELECT extversion, (SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND refobjid = e.oid) FROM pg_extension AS e WHERE extname = 'chs'};
			my ($is, $members) = split /\|/, $node->safe_psql($copy, $state);
			my $wrong = '';
			$wrong .= "version $is with $members members; " if $is eq 'base' ? $done || $members != $base_members : $members != $fresh_members;
			$wrong .= 'other values; ' if $node->safe_psql($copy, $ask_kept) ne $kept;
			($is, $members) = split /\|/, $node->safe_psql($copy, "SET client_min_messages = error; ALTER EXTENSION chs UPDATE; $state");
			$wrong .= "updated: version $is with $members members; " if $is eq 'base' || $members != $fresh_members;
			$wrong .= 'other values after the update; ' if $node->safe_psql($copy, $ask_kept) ne $kept;
			$node->safe_psql('postgres', "DROP DATABASE $copy");
			return $wrong;
		} ];
	});

# how long each takes when nothing interrupts it
my %takes;
for my $what (sort keys %work)
{
	my ($database, $sql, $check) = @{ $work{$what}->() };
	my $session = start_session($database, $sql);
	my $since = time();
	my $done = end_session($session);
	$takes{$what} = time() - $since;
	is(($done ? '' : 'not done; ') . $check->($done), '', sprintf '%s: %.2f s when nothing ends it', $what, $takes{$what});
}

my @plan = (
	[ 'backend', 'REFRESH CONCURRENTLY', 'aggregation', 'replacing stored values', 'ALTER EXTENSION SET SCHEMA', 'ALTER EXTENSION UPDATE' ],
	[ 'server', 'REFRESH CONCURRENTLY', 'parallel aggregation', 'replacing stored values', 'ALTER EXTENSION SET SCHEMA', 'ALTER EXTENSION UPDATE' ],
	[ 'worker', 'parallel aggregation' ]);
for my $line (@plan)
{
	my ($victim, @what) = @$line;
	my ($slowest, $sum, $ended, @wrong) = (0, 0, 0);
	my $count = $victim eq 'worker' ? int(($rounds + 4) / 5) : $rounds;
	for my $round (0 .. $count - 1)
	{
		my $what = $what[ $round % @what ];
		my ($database, $sql, $check) = @{ $work{$what}->() };
		my $session = start_session($database, $sql);
		my $moment = rand(0.8) * $takes{$what};
		sleep $moment;
		my $took = $end{$victim}->($session, -s $node->logfile);
		my $done = $session->{out} =~ /^done$/m;
		$ended++ if !$done;
		$sum += $took;
		$slowest = max($slowest, $took);
		my $wrong = $check->($done);
		# whatever was interrupted, all answers are what they were
		$wrong .= 'aggregation answers otherwise; ' if $node->safe_psql('data', "$path; $whole") ne $wanted_whole;
		$wrong .= 'stored values answer otherwise; ' if $node->safe_psql('data', "$path; $ask_target") ne $target;
		push @wrong, sprintf('round %d, %s, after %.3f s: %s', $round, $what, $moment, $wrong) if $wrong ne '';
	}
	is(join("\n", @wrong), '', "$victim killed $count times: everything is consistent");
	cmp_ok($ended, '>=', int($count / 3), "$victim: killed before the end $ended times");
	cmp_ok($slowest, '<=', $limit, sprintf '%s: recovered in %.2f s at the worst', $victim, $slowest);
	note sprintf '%s: %d kills, %d before the end of the statement, recovery %.2f s on average, %.2f s at the worst', $victim, $count, $ended, $sum / $count, $slowest;
}

# the only signal in the log is ours
my @signals = slurp_file($node->logfile) =~ /terminated by signal (?!9:)(\d+.*)/g;
is("@signals", '', 'no process ended by another signal');
unlike(slurp_file($node->logfile), qr/PANIC|TRAP|could not (read|open) file|invalid page|corrupt/, 'and nothing is damaged');

$node->stop;
done_testing();
