# Chosen customer keys take no more than honest ones.  The hash of keys has no
# secret: users who choose their identifiers can choose thousands whose hashes
# begin with the same bits, and belong next to each other in every table and in
# every order.  As many honest customers are the measure: chosen ones may take
# three times their CPU time and 50 ms, and twice their memory and 1 MB.
#
# A measurement is the best of up to five.  Each runs in a session of its own:
# peak of the resident memory above what it was before, from /proc, and CPU
# time, so that a busy machine changes little.  The server may take 4 GB of
# addresses, so that memory out of hand is an error and not the machine's end.
# CHS_FUZZ=1 makes it 60,000 customers, and every size with all bits, alone and
# beside honest customers.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

if ($^O ne 'linux' || !-r '/proc/self/schedstat' || !-e '/proc/self/clear_refs')
{
	plan skip_all => '/proc/self/schedstat and /proc/self/clear_refs are not here';
}
plan skip_all => 'prlimit is not here: it comes with util-linux' if system('prlimit --version >/dev/null 2>&1') != 0;

my $long = $ENV{CHS_FUZZ};
my $most = $long ? 60_000 : 20_000;
my $beside = 2000;
my $tries = 5;
my %bits = (ones => (1 << 14) - 1, zeros => 0, others => 0b01_0011_0111_0010);

my $node = PostgreSQL::Test::Cluster->new('crafted_keys');
$node->init;
$node->append_conf('postgresql.conf', q{
autovacuum = off
jit = off
fsync = off
work_mem = '1GB'
shared_buffers = '256MB'
statement_timeout = '60s'
max_parallel_workers_per_gather = 0
});
$node->start;
my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
system_or_bail('prlimit', "--pid=$postmaster", '--as=' . 4 * 1024**3);

$node->safe_psql('postgres', qq{
	CREATE EXTENSION chs;
	CREATE FUNCTION test_crafted_bigints(bits int, n int) RETURNS SETOF bigint
		AS '$ENV{CHS_TEST_MODULE}' LANGUAGE C STRICT;
	CREATE TABLE key AS SELECT 'honest' AS kind, n AS nr, n AS customer FROM generate_series(1::bigint, $most) AS n});
$node->safe_psql('postgres', qq{
	INSERT INTO key SELECT '$_', row_number() OVER (), c FROM test_crafted_bigints($bits{$_}, $most) AS c}) for sort keys %bits;

# CPU time of a query in ms, and the most memory that it took in MB.
$node->safe_psql('postgres', q{
	CREATE FUNCTION cpu_ms() RETURNS float8 LANGUAGE sql
		AS $$SELECT split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1e6$$;
	CREATE FUNCTION memory_mb(field text) RETURNS float8 LANGUAGE sql
		AS $$SELECT substring(pg_read_file('/proc/self/status') from field || ':\s*(\d+)')::float8 / 1024$$;
	CREATE FUNCTION costs(query text, OUT ms float8, OUT mb float8) LANGUAGE plpgsql AS $$
	DECLARE answer text;
	BEGIN
		COPY (SELECT 5) TO '/proc/self/clear_refs';		-- the peak is what is there now
		mb := memory_mb('VmRSS');
		ms := cpu_ms();
		EXECUTE query INTO STRICT answer;
		ms := cpu_ms() - ms;
		mb := memory_mb('VmHWM') - mb;
	END $$});

# KIND: the rows of these customers; STORED: their stored summaries
my @queries = (
	['activity_agg', q{SELECT octet_length(activitysummary_send(activity_agg(customer, day))) FROM KIND}],
	['subscription_agg', q{SELECT octet_length(subscriptionsummary_send(subscription_agg(customer, day, day + 29, 10))) FROM KIND}],
	['purchase_agg', q{SELECT octet_length(purchasesummary_send(purchase_agg(customer, day, 10))) FROM KIND}],
	['an accessor of rows of activity', q{SELECT count(*) FROM activity_timeline((SELECT activity_agg(customer, day) FROM KIND), 'month', '2021-01-01', '2026-01-01', '2026-01-01')}],
	['an accessor of rows of subscriptions', q{SELECT count(*) FROM mrr_movements((SELECT subscription_agg(customer, day, day + 29, 10) FROM KIND), 'month', '2021-01-01', '2026-01-01', '2026-01-01')}],
	['an accessor of rows of purchases', q{SELECT count(*) FROM purchase_timeline((SELECT purchase_agg(customer, day, 10) FROM KIND), 'month', '2021-01-01', '2026-01-01', '2026-01-01')}],
	['rollup of activity', q{SELECT octet_length(activitysummary_send(rollup(s))) FROM (SELECT activity_agg(customer, day) AS s FROM KIND GROUP BY customer) AS x}],
	['rollup of subscriptions', q{SELECT octet_length(subscriptionsummary_send(rollup(s))) FROM (SELECT subscription_agg(customer, day, day + 29, 10) AS s FROM KIND GROUP BY customer) AS x}],
	['rollup of purchases', q{SELECT octet_length(purchasesummary_send(rollup(s))) FROM (SELECT purchase_agg(customer, day, 10) AS s FROM KIND GROUP BY customer) AS x}],
	['an accessor of stored activity', q{SELECT count(*) FROM activity_timeline((SELECT activity FROM STORED), 'month', '2021-01-01', '2026-01-01', '2026-01-01')}],
	['an accessor of stored subscriptions', q{SELECT count(*) FROM mrr_movements((SELECT subscription FROM STORED), 'month', '2021-01-01', '2026-01-01', '2026-01-01')}]);

sub make_rows
{
	my ($kind, $n, $rows) = @_;
	$node->safe_psql('postgres', qq{
		DROP TABLE IF EXISTS $kind, stored_$kind, stored_${kind}_beside CASCADE;
		CREATE UNLOGGED TABLE $kind AS SELECT customer, '2021-01-01'::date + 30 * r AS day
			FROM generate_series(1, $rows) AS r, key WHERE kind = '$kind' AND nr <= $n;
		CREATE VIEW ${kind}_beside AS SELECT * FROM $kind UNION ALL
			SELECT -c, '2021-01-01'::date + 30 * r FROM generate_series(1, $rows) AS r, generate_series(1::bigint, $beside) AS c;
		CREATE TABLE stored_$kind AS SELECT activity_agg(customer, day) AS activity,
			subscription_agg(customer, day, day + 29, 10) AS subscription FROM $kind;
		CREATE TABLE stored_${kind}_beside AS SELECT activity_agg(customer, day) AS activity,
			subscription_agg(customer, day, day + 29, 10) AS subscription FROM ${kind}_beside});
}

# Costs of a query, or nothing and why not.  The tables are read before, so
# that only their answer takes memory.
sub measure
{
	my ($kind, $query) = @_;
	$query =~ s/KIND/$kind/g;
	$query =~ s/STORED/stored_$kind/g;
	my ($status, $out, $err) = $node->psql('postgres', qq{
		SELECT count(*) FROM $kind \\g /dev/null
		SELECT ms || ' ' || mb FROM costs(\$\$$query\$\$)});
	return (undef, undef, $err) if $status != 0;
	return (split(/ /, $out), '');
}

sub least
{
	my ($a, $b) = @_;
	return !defined $a || (defined $b && $b < $a) ? $b : $a;
}

# what honest customers took, at the best, for each query
my (%honest_ms, %honest_mb);

sub measure_honest
{
	my ($suffix, $query) = @_;
	my ($ms, $mb, $err) = measure("honest$suffix", $query);
	die "honest customers: $err" if $err;
	$honest_ms{$suffix}{$query} = least($honest_ms{$suffix}{$query}, $ms);
	$honest_mb{$suffix}{$query} = least($honest_mb{$suffix}{$query}, $mb);
}

sub compare
{
	my ($kind, $suffix, $of) = @_;
	for (@queries)
	{
		my ($name, $query) = @$_;
		my ($ms, $mb, $err, $max_ms, $max_mb);
		for my $try (1 .. $tries)
		{
			measure_honest($suffix, $query) if $try > 1 || !defined $honest_ms{$suffix}{$query};
			my ($this_ms, $this_mb, $this_err) = measure("$kind$suffix", $query);
			$err = $this_err;
			last if $err;
			$ms = least($ms, $this_ms);
			$mb = least($mb, $this_mb);
			$max_ms = 3 * $honest_ms{$suffix}{$query} + 50;
			$max_mb = 2 * $honest_mb{$suffix}{$query} + 1;
			last if $ms <= $max_ms && $mb <= $max_mb;
		}
		my $test = "$name, $of $kind" . ($suffix ? " beside $beside honest" : '');
		if ($err)
		{
			fail($test);
			diag($err);
			next;
		}
		$test .= sprintf(': %.0f ms (%.0f), %.1f MB (%.1f)', $ms, $honest_ms{$suffix}{$query}, $mb, $honest_mb{$suffix}{$query});
		ok($ms <= $max_ms && $mb <= $max_mb, $test);
	}
}

for my $n ($long ? (1000, 20_000, $most) : (1000, $most))
{
	for my $rows (1, 60)
	{
		my @cases = map { ([ $_, '' ], [ $_, '_beside' ]) } sort keys %bits;
		@cases = ([ 'ones', '_beside' ], [ 'others', '' ]) if $n == $most && $rows > 1 && !$long;
		my %kinds = map { $_->[0] => 1 } @cases;
		make_rows($_, $n, $rows) for 'honest', sort keys %kinds;
		%honest_ms = %honest_mb = ();
		compare(@$_, "$n x $rows") for @cases;
	}
}

$node->stop;
done_testing();
