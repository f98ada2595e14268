# Summaries round 805 MB, the most that a value has, since its text must fit into
# 1 GB: what does not fit says so and what to do, what need not be stored is
# answered beyond it, and a cancel is answered within 250 ms at that size too.
#
# Every customer takes 40 bytes here, for amounts are large and have eight
# decimals: 28 million do not fit, 20 million do, and so does their text.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsCancel;

my $gigabytes = 10;
my ($available) = slurp_file('/proc/meminfo') =~ /^MemAvailable:\s*(\d+) kB/m if -r '/proc/meminfo';
plan skip_all => "needs $gigabytes GB of free memory" if ($available // 0) < $gigabytes * 1024 * 1024;

my $node = PostgreSQL::Test::Cluster->new('huge');
$node->init;
configure_for_cancels($node);
$node->append_conf('postgresql.conf', "wal_level = minimal\nmax_wal_senders = 0\nshared_buffers = '1GB'\nmax_wal_size = '16GB'\nfull_page_writes = off");
$node->start;
my $dir = $node->basedir;

sub timed
{
	my ($what, $work) = @_;
	my $started = time();
	my $result = $work->();
	note sprintf '%s: %.0f s', $what, time() - $started;
	return $result;
}

sub ask
{
	my ($what, $sql) = @_;
	return timed($what, sub { $node->safe_psql('postgres', $sql) });
}

# The error of a statement, from "ERROR:" on, without numbers that have no
# meaning of their own.
sub error_of
{
	my ($what, $sql) = @_;
	my $err = timed($what, sub { my (undef, undef, $text) = $node->psql('postgres', $sql); $text });
	$err =~ s/^psql:<stdin>:\d+: //mg;
	$err =~ s/^(CONTEXT|STATEMENT|LOCATION).*//mg;
	my ($customers) = $err =~ /full after (\d+) customers/;
	$err =~ s/full after \d+ customers/full after N customers/;
	$err =~ s/\s+\z//;
	return wantarray ? ($err, $customers) : $err;
}

my $too_large = <<'END' =~ s/\n\z//r;
ERROR:  text form of subscriptionsummary would be larger than 1 GB
DETAIL:  The value was full after N customers.  A value that is stored, sent or handed over by a parallel worker has at most 805257213 bytes, since its text takes a third more.
HINT:  Build one per part of the customers and add up their answers: GROUP BY hashint8(customer) & 15.  Or ask the aggregate in the query that builds it, without parallel workers, which has no such limit.
END

ask('rows', q{
	CREATE EXTENSION chs;
	CREATE UNLOGGED TABLE subscriptions AS
		SELECT c AS customer, date '2020-01-01' + (c % 1000)::int AS started, date '2023-01-01' + (c % 777)::int AS ended, 90000000000 + c * 0.00000001 AS mrr
		  FROM generate_series(1::bigint, 28000000) AS c;
	ANALYZE subscriptions});
my $agg = 'subscription_agg(customer, started, ended, mrr)';

# --- beyond 805 MB ----------------------------------------------------------------

my $sum = ask('the sum in SQL', q{
	SELECT trim_scale(sum(mrr) FILTER (WHERE started <= '2022-02-03')), trim_scale(sum(mrr) FILTER (WHERE ended > '2023-06-30')) FROM subscriptions});

my ($error, $customers) = error_of('storing', "CREATE TABLE refused AS SELECT $agg AS s FROM subscriptions");
is($error, $too_large, 'what cannot be stored says why and what to do');
ok($customers > 20_000_000 && $customers < 21_500_000, "it was full after $customers customers");
is(scalar error_of('one worker with everything', qq{
	SET max_parallel_workers_per_gather = 2; SET max_parallel_workers = 1; SET parallel_leader_participation = off;
	SELECT mrr($agg, '2022-02-03') FROM subscriptions}), $too_large, 'so does what a worker cannot hand over');
is(ask('asked where it is built', qq{
	SELECT trim_scale(mrr(s, '2022-02-03')), trim_scale(mrr(s, '2023-06-30')) FROM (SELECT $agg AS s FROM subscriptions OFFSET 0) AS x}),
	$sum, 'asked where it is built, it answers, and again');
is(ask('by two workers', qq{
	SET max_parallel_workers_per_gather = 2;
	SELECT trim_scale(mrr(s, '2022-02-03')), trim_scale(mrr(s, '2023-06-30')) FROM (SELECT $agg AS s FROM subscriptions OFFSET 0) AS x}),
	$sum, 'so it does when workers hand over parts that fit');

my $crowded = "SELECT * FROM subscriptions UNION ALL SELECT 0, date '2020-01-01' + i % 700, '2025-01-01', 1 FROM generate_series(1, 300000) AS i";
is(ask('a placeholder', "SELECT trim_scale(mrr($agg, '2022-02-03')) FROM ($crowded) AS s"),
	ask('with it in SQL', "SELECT trim_scale(sum(mrr)) FROM ($crowded) AS s WHERE started <= '2022-02-03'"),
	'a placeholder with many rows turns the others into runs that fit');

ask('parts', "CREATE UNLOGGED TABLE parts AS SELECT hashint8(customer) & 15 AS part, $agg AS s FROM subscriptions GROUP BY 1");
is(ask('parts added up', q{SELECT trim_scale(sum(mrr(s, '2022-02-03'))), trim_scale(sum(mrr(s, '2023-06-30'))) FROM parts}),
	$sum, 'the parts that the hint speaks of add up');
is(ask('rollup asked', q{SELECT trim_scale(mrr(s, '2022-02-03')), trim_scale(mrr(s, '2023-06-30')) FROM (SELECT rollup(s) AS s FROM parts OFFSET 0) AS x}),
	$sum, 'so does their rollup, which does not fit either');
is(scalar error_of('rollup stored', 'CREATE TABLE refused AS SELECT rollup(s) AS s FROM parts'),
	$too_large, 'and cannot be stored');
is(scalar error_of('combine', 'SELECT combine(a.s, b.s) FROM (SELECT rollup(s) AS s FROM parts WHERE part < 8) AS a, (SELECT rollup(s) AS s FROM parts WHERE part >= 8) AS b'),
	$too_large, 'nor what combine makes');

# --- just below -------------------------------------------------------------------

ask('20 million customers', qq{CREATE UNLOGGED TABLE large AS SELECT $agg AS s FROM subscriptions WHERE customer <= 20000000});
my $bytes = ask('its size', q{SELECT pg_column_size(s) FROM large});
ok($bytes > 750_000_000, "a summary of $bytes bytes is stored");
is(ask('asked', q{SELECT customers(s, '2022-12-31'), trim_scale(mrr(s, '2022-12-31')) FROM large}),
	ask('asked in SQL', q{SELECT count(*), trim_scale(sum(mrr)) FROM subscriptions WHERE customer <= 20000000}), 'and answers');
is(ask('binary and back', qq{
	CREATE UNLOGGED TABLE copied AS SELECT s FROM large LIMIT 0;
	COPY large TO '$dir/binary' (FORMAT binary);
	COPY copied FROM '$dir/binary' (FORMAT binary);
	SELECT large.s = copied.s FROM large, copied}), 't', 'its binary form does');
is(ask('its text and back', 'SELECT s = s::text::subscriptionsummary FROM large'), 't', 'its text comes back');
is(ask('dumped and restored', qq{
	TRUNCATE copied;
	COPY large TO '$dir/text';
	COPY copied FROM '$dir/text';
	SELECT large.s = copied.s FROM large, copied}), 't', 'it can be dumped and restored');

# --- cancels ------------------------------------------------------------------------
# (Conversions to text and COPY are not here: for seconds, at this size, it is the
# server that copies the whole value from one place to another, and does not look.)

my $months = q{'2020-01-01', '2025-01-01', '2024-12-31'};
check_cancels($node, [
	[ 'a day', q{SELECT mrr(s, '2022-02-03') FROM large} ],
	[ 'movements', "SELECT sum(new_mrr) FROM large, mrr_movements(s, 'month', $months, 'event')" ],
	[ 'cohorts by day', "SELECT sum(retained) FROM large, revenue_cohorts(s, 'day', $months)" ],
	[ 'aggregation', "SELECT mrr($agg, '2022-02-03') FROM subscriptions" ],
	[ 'in parallel', "SELECT mrr($agg, '2022-02-03') FROM subscriptions", settings => 'SET max_parallel_workers_per_gather = 2' ],
	[ 'storing', "CREATE TEMP TABLE kept AS SELECT $agg AS s FROM subscriptions WHERE customer <= 20000000", undo => 'ROLLBACK' ],
	[ 'rollup', q{SELECT mrr(rollup(s), '2022-02-03') FROM parts} ],
	[ 'storing a rollup', 'CREATE TEMP TABLE kept AS SELECT rollup(s) AS s FROM parts WHERE part < 11', undo => 'ROLLBACK' ],
	[ 'rollup of one', q{SELECT mrr(rollup(s), '2022-02-03') FROM large} ],
	[ 'comparison', 'SELECT large.s = copied.s FROM large, copied' ],
	[ 'hash', 'SELECT subscriptionsummary_hash(s) FROM large' ],
	[ 'binary', 'SELECT length(subscriptionsummary_send(s)) FROM large' ],
], moments => [ 0.15, 0.5, 0.85 ], limit => 250);

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP|invalid memory alloc/, 'nothing crashed');
$node->stop;
done_testing();
