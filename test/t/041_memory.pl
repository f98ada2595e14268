# Under a memory limit a summary ends in ERROR "out of memory" (53200), the
# session goes on and so does the server.
#
# Each case runs in a session whose address space may grow by a number of megabytes
# from where it is (prlimit on the backend's process): by nearly nothing at
# first, then more and more until the statement has enough.  Memory then runs
# out at another place each time: in aggregation, sorting, merging, flattening,
# output, or in the server's own code.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

if ($^O ne 'linux' || system('prlimit --version >/dev/null 2>&1') != 0)
{
	plan skip_all => 'prlimit is not here: it comes with util-linux';
}

my $customers = 200_000;
my @grow = (0.1, 1, 3, 6, 10, 16, 26, 40, 65, 100, 170, 300);    # MB

my $node = PostgreSQL::Test::Cluster->new('memory');
$node->init;
$node->append_conf('postgresql.conf', q{
lc_messages = 'C'
autovacuum = off
jit = off
work_mem = '1GB'
restart_after_crash = off
max_parallel_workers_per_gather = 0
});
$node->start;
my $dir = $node->basedir;

$node->safe_psql('postgres', qq{
	CREATE EXTENSION chs;
	CREATE UNLOGGED TABLE subscriptions AS
		SELECT c AS customer, date '2024-01-01' + (hashint8(c + n) & 511) + 300 * n AS started,
			   CASE WHEN n = 0 OR c % 3 > 0 THEN date '2024-01-01' + (hashint8(c + n) & 511) + 300 * n + 200 END AS ended,
			   20 + (hashint8(c * 9 + n) & 255) * 1.25 AS mrr
		  FROM generate_series(1::bigint, $customers) AS c, generate_series(0, 1) AS n;
	ANALYZE subscriptions;
	CREATE UNLOGGED TABLE whole AS SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions;
	CREATE UNLOGGED TABLE parts AS
		SELECT hashint8(customer) & 31 AS part, subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions GROUP BY 1;
	COPY whole TO '$dir/binary' (FORMAT binary)});

my $summary = '(SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions) AS x';
my $months = q{'2024-01-01', '2027-01-01', '2026-12-31'};
# name, statement; undo => what takes back what it did, settings => SQL.  A
# parallel plan without workers hands its share over within the session.
my $parallel = 'SET max_parallel_workers_per_gather = 2; SET max_parallel_workers = 0; SET min_parallel_table_scan_size = 0; '
  . 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0';
my @cases = (
	[ 'aggregation', "SELECT mrr(s, '2025-06-30'), customers(s, '2025-06-30') FROM $summary" ],
	[ 'aggregation by groups', 'SELECT count(s) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions GROUP BY customer % 20000 OFFSET 0) AS x' ],
	[ 'a share of a parallel plan', "SELECT mrr(s, '2025-06-30') FROM $summary", settings => $parallel ],
	[ 'one customer', "SELECT mrr(s, '2025-06-30') FROM (SELECT subscription_agg(1::bigint, started, ended, mrr) AS s FROM subscriptions) AS x" ],
	[ 'movements', "SELECT sum(new_mrr) FROM $summary, mrr_movements(s, 'day', $months, 'event')" ],
	[ 'cohorts by day', "SELECT sum(retained) FROM whole, revenue_cohorts(s, 'day', $months)" ],
	[ 'purchases', "SELECT repeat_purchase_rate(s) FROM (SELECT purchase_agg(customer, started, mrr) AS s FROM subscriptions) AS x" ],
	[ 'cohorts of purchases by day', "SELECT sum(orders) FROM (SELECT purchase_agg(customer, started, mrr) AS s FROM subscriptions) AS x, value_cohorts(s, 'day', $months)" ],
	[ 'rows of a fit', 'SELECT (m).status FROM (SELECT logistic_fit(ended IS NULL, ARRAY[mrr, customer, hashint8(customer)]::float8[]) AS m FROM subscriptions OFFSET 0) AS x' ],
	[ 'merging', "SELECT mrr(rollup(s), '2025-06-30') FROM parts" ],
	[ 'combine', "SELECT mrr(combine(whole.s, parts.s), '2025-06-30') FROM whole, parts WHERE part = 1" ],
	[ 'flattening', 'CREATE TEMP TABLE kept AS SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions', undo => 'ROLLBACK' ],
	[ 'text and back', 'SELECT s = s::text::subscriptionsummary FROM whole' ],
	[ 'COPY from binary', "COPY whole FROM '$dir/binary' (FORMAT binary)", undo => 'ROLLBACK' ],
);

# The stack counts too, and who cannot grow it dies without an error: it is
# made deep before the limit comes, and stays so.
my $deep = 'SELECT ' . ('1 + (' x 3000) . '1' . (')' x 3000);
my $question = q{SELECT mrr(subscription_agg(c, '2025-01-01', NULL, c * 10), '2025-06-30') FROM generate_series(1::bigint, 3) AS c};

# Runs a statement under a limit: SQLSTATE, result, answer to the question after
# it, which is asked under the same limit.
sub run_limited
{
	my ($case, $megabytes) = @_;
	my ($name, $statement, %has) = @$case;
	my ($begin, $end) = $has{undo} ? ("BEGIN;\n", "$has{undo};\n") : ('', '');
	my $settings = $has{settings} // '';
	my $bytes = int($megabytes * 1024 * 1024);
	my ($status, $out, $err) = $node->psql('postgres', qq{
\\o /dev/null
$deep;
$question;
\\o
SELECT pg_backend_pid() AS pid \\gset
\\setenv PID :pid
$settings;
${begin}\\! prlimit --pid \$PID --as=\$((\$(cut -d' ' -f1 /proc/\$PID/statm) * \$(getconf PAGESIZE) + $bytes)):
$statement;
\\echo state :SQLSTATE
${end}$question;
}, on_error_stop => 0);
	my ($result, $state, $answer) = $out =~ /\A(.*?)\n?state (\w+)\n(.*?)\n?\z/s
	  or return { state => 'lost', result => $out, answer => $err };
	return { state => $state, result => $result, answer => $answer, error => $err };
}

for my $case (@cases)
{
	my ($name, undef, %has) = @$case;
	# a parallel plan needs shared memory, too
	my $out_of_memory = $has{settings} ? qr/ERROR:  (out of memory|could not map shared memory)/ : qr/ERROR:  out of memory/;
	my $expected = run_limited($case, 4000)->{result};
	my ($refused, $enough, @wrong) = (0);
	for my $megabytes (@grow)
	{
		my $run = run_limited($case, $megabytes);
		push @wrong, "$megabytes MB: $run->{state}, then \"$run->{answer}\"" if $run->{answer} ne '60.00';
		if ($run->{state} eq '53200')
		{
			$refused++;
			push @wrong, "$megabytes MB: $run->{error}" if $run->{error} !~ $out_of_memory;
			next;
		}
		push @wrong, "$megabytes MB: SQLSTATE $run->{state}, \"$run->{result}\" for \"$expected\""
		  if $run->{state} ne '00000' || $run->{result} ne $expected;
		$enough = $megabytes;
		last;
	}
	is(join("\n", @wrong), '', "$name: an error, then the right answer");
	cmp_ok($refused, '>=', 3, "$name: out of memory at $refused limits");
	ok(defined $enough, "$name: done with " . ($enough // 'no') . ' MB more');
}

# what a direct call builds is gone with its row
my $direct = run_limited([ 'direct calls', 'SELECT count(combine(s, s)) FROM whole, generate_series(1, 100)' ], 150);
is("$direct->{state} $direct->{result}", '00000 100', 'direct calls leave no memory behind');

# a table function that is called for each customer leaves nothing behind either
my $drill = run_limited([ 'a table a customer', "SELECT sum(new_mrr) FROM (SELECT customer, subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions GROUP BY customer) AS x, "
	  . "mrr_movements(s, 'year', $months)", settings => q{SET work_mem = '4MB'} ], 57);
is("$drill->{state} $drill->{result}", '00000 ' . $node->safe_psql('postgres', "SELECT sum(new_mrr) FROM whole, mrr_movements(s, 'year', $months)"),
	"the movements of $customers customers one by one take less than 60 MB, and add up to those of all");

# The rows of a fixed set of customers and days merge while they come in: 24 to
# 96 MB of them, all of which would be kept otherwise.  The same rows in groups
# that keep all of theirs make the same summary.
my $rows = 3_000_000;
my $source = "(SELECT i, (i * 7919) % 300 AS customer, date '2025-01-01' + (hashint8(i) & 127) AS day FROM (SELECT generate_series(1::bigint, $rows) AS i) AS n OFFSET 0) AS r";
my %few_customers = (
	'purchasesummary' => 'purchase_agg(customer, day, (hashint8(i + 1) & 1023) - 9)',
	'subscriptionsummary' => 'subscription_agg(customer, day, day + 1 + (hashint8(i + 1) & 127), 1 + i % 100)',
	'warningsummary' => 'warning_agg(customer, day, hashint8(i + 1) & 1023, CASE WHEN customer % 2 = 0 THEN day + 1000 - (day - date \'2025-01-01\') END)');
for my $type (sort keys %few_customers)
{
	my $of = "SELECT $few_customers{$type} AS s FROM $source";
	my $expected = $node->safe_psql('postgres', "SELECT md5(rollup(s)::text) FROM ($of GROUP BY i % 64) AS x");
	my $run = run_limited([ $type, "SELECT md5(s::text) FROM ($of) AS x" ], 16);
	is("$run->{state} $run->{result}", "00000 $expected", "$type: $rows rows of 300 customers take at most 16 MB");
}

# A fit sorts the rows that it keeps: 24 bytes a row, twice that while they are
# sorted, and the rest of 100 bytes for the order and for groups of equal rows,
# of which there are as many as rows here.
my $buyers = 500_000;
$node->safe_psql('postgres', qq{CREATE TABLE buyers AS
	SELECT x AS frequency, CASE WHEN x > 0 THEN 0.5 + (hashint4(i + 7) & 1048575) / 1048576.0 * 30 ELSE 0 END::float8 AS recency,
		   31 + (hashint4(i + 9) & 1048575) / 1048576.0::float8 * 30 AS age
	  FROM (SELECT i, least(hashint4(i) & 15, hashint4(i + 1) & 15, hashint4(i + 2) & 15) AS x FROM generate_series(1, $buyers) AS i) AS x});
my @fit = map { "SELECT (m).customers FROM (SELECT bgnbd_fit(frequency, recency, age) AS m FROM (SELECT * FROM buyers LIMIT $_) AS b OFFSET 0) AS x" } $buyers, 100;
my $fit = run_limited([ 'a fit', $fit[0], settings => $fit[1] ], 100 * $buyers / 1024 / 1024);
is("$fit->{state} $fit->{result}", "00000 100\n$buyers", 'a fit of lifetimes takes at most 100 bytes a customer');

# What a function takes for a large stored value: the value itself, unpacked, and
# little else.  The address space may grow by so much from where it is after a
# call for a small value, and the peak of what the session holds is within it.
my $large = 38_000_000;
$node->safe_psql('postgres', q{
	CREATE TABLE stored (name text PRIMARY KEY, activity activitysummary, subscription subscriptionsummary, purchase purchasesummary);
	INSERT INTO stored SELECT 'small', activity_agg(c, date '2025-06-30'), subscription_agg(c, date '2025-06-30', NULL, 20), purchase_agg(c, date '2025-06-30', 20) FROM generate_series(1::bigint, 100) AS c;
	INSERT INTO stored SELECT 'large',
		   (SELECT activity_agg(c, date '2025-01-01' + (hashint8(c + n) & 255)) FROM generate_series(1::bigint, 1450000) AS c, generate_series(1, 9) AS n),
		   (SELECT subscription_agg(c, date '2024-01-01' + (hashint8(c) & 511), date '2025-06-01' + (hashint8(c * 9) & 511), 20 + c * 0.00000001)
			  FROM generate_series(1::bigint, 1250000) AS c),
		   (SELECT purchase_agg(c, date '2024-01-01' + (hashint8(c + n) & 511), 20 + c * 0.01) FROM generate_series(1::bigint, 1000000) AS c, generate_series(1, 6) AS n)});
my $june = q{daterange('2025-06-01', '2025-07-01')};
my %function = (
	'active_customers' => [ 'activity', "active_customers(s, $june)" ],
	'rollup of one activitysummary' => [ 'activity', "active_customers(rollup(s), $june)" ],
	'mrr' => [ 'subscription', q{mrr(s, '2025-06-30')} ],
	'revenue' => [ 'purchase', 'revenue(s)' ],
	'rollup of one purchasesummary' => [ 'purchase', 'revenue(rollup(s))' ],
	'rollup of one subscriptionsummary' => [ 'subscription', q{mrr(rollup(s), '2025-06-30')} ]);
for my $name (sort keys %function)
{
	my ($column, $call) = @{ $function{$name} };
	my $query = "SELECT $call FROM (SELECT $column AS s FROM stored WHERE name = '%s' OFFSET 0) AS x";
	my $bytes = $node->safe_psql('postgres', "SELECT octet_length(${column}summary_send($column)) FROM stored WHERE name = 'large'");
	my $expected = join "\n", map { $node->safe_psql('postgres', sprintf $query, $_) } 'small', 'large';
	my $run = run_limited([ $name, sprintf($query, 'large'), settings => sprintf($query, 'small') ], 1.5 * $bytes / 1024 / 1024);
	cmp_ok($bytes, '>=', $large, "$name: a value of $bytes bytes");
	is("$run->{state} $run->{result}", "00000 $expected", "$name: takes at most 1.5 times as much");
}

is($node->safe_psql('postgres', $question), '60.00', 'the server lives');
my $log = slurp_file($node->logfile);
unlike($log, qr/terminated by signal|PANIC|TRAP/, 'nothing crashed');

$node->stop;
done_testing();
