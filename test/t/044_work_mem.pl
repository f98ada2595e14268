# Hash aggregation keeps to work_mem, for SSPACE tells the planner and the
# executor what a group's state grows to.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $groups = 2000;
my $rows = 400;    # of each group
my $most = 15;     # MB, where work_mem is 1 MB and hash_mem_multiplier 2

my $node = PostgreSQL::Test::Cluster->new('work_mem');
$node->init;
$node->append_conf('postgresql.conf', q{
autovacuum = off
jit = off
fsync = off
work_mem = '1MB'
hash_mem_multiplier = 2
enable_sort = off
max_parallel_workers_per_gather = 0
});
$node->start;
# rows of a group do not come one after the other
$node->safe_psql('postgres', qq{
	CREATE EXTENSION chs;
	CREATE UNLOGGED TABLE events AS
		SELECT g, c, '2025-01-01'::date + c::int % 365 AS d
		  FROM generate_series(1::bigint, $rows) AS c, generate_series(1, $groups) AS g ORDER BY c;
	CREATE UNLOGGED TABLE summaries AS
		SELECT c, activity_agg(c, d) AS activity, subscription_agg(c, d, NULL, 7) AS subscription, purchase_agg(c, d, 7) AS purchases, flow_agg(d, NULL, 'day') AS flow, ticket_agg(d, d + 100) AS ticket,
			   payment_agg(d, NULL, 7, '2026-01-31') AS payments
		  FROM events WHERE g = 1 GROUP BY c;
	VACUUM ANALYZE});

my $one_by_one = "FROM summaries, generate_series(1, $groups) AS g GROUP BY g";
my %cases = (
	'ticket_agg' => 'ticket_agg(d, d + 100) FROM events GROUP BY g',
	'rollup(ticketsummary)' => "rollup(ticket) $one_by_one",
	'activity_agg' => 'activity_agg(c, d) FROM events GROUP BY g',
	'subscription_agg' => 'subscription_agg(c, d, NULL, 7) FROM events GROUP BY g',
	'purchase_agg' => 'purchase_agg(c, d, 7) FROM events GROUP BY g',
	'flow_agg by month' => "flow_agg(d, d + 100, 'month') FROM events GROUP BY g",
	'flow_agg by day' => "flow_agg(d, d + 100, 'day') FROM events GROUP BY g",
	'payment_agg' => "payment_agg(d, d + (c % 40)::int, 7, '2025-06-30') FROM events GROUP BY g",
	'rollup(activitysummary)' => "rollup(activity) $one_by_one",
	'rollup(subscriptionsummary)' => "rollup(subscription) $one_by_one",
	'rollup(purchasesummary)' => "rollup(purchases) $one_by_one",
	'rollup(flowsummary)' => "rollup(flow) $one_by_one",
	'rollup(paymentsummary)' => "rollup(payments) $one_by_one");
for my $case (sort keys %cases)
{
	my $plan = $node->safe_psql('postgres', "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT g, $cases{$case}");
	my ($kilobytes) = $plan =~ /^HashAggregate.*?Memory Usage: (\d+)kB/s;
	cmp_ok($kilobytes // 'no hash aggregation', '<=', $most * 1024, "$case: " . ($kilobytes // 'no') . ' kB');
	like($plan, qr/actual rows=$groups\b/, "$case: every group");
}

$node->stop;
done_testing();
