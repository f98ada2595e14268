# Which columns of an accessor add up over parts that share no customer, and how a
# quotient follows from the sums.  docs/distributed.md has the same as a table.
#
# Rows come from a relation with the columns customer, started, ended and amount.
package ChsShards;

use strict;
use warnings;

use Exporter 'import';
our @EXPORT_OK = qw(accessors from_parts from_whole);

my $span = q{'2025-01-01', '2026-01-01', '2025-12-10'};
my $activity = 'activity_agg(customer, started)';
my $subscriptions = 'subscription_agg(customer, started, ended, amount)';
my $purchases = 'purchase_agg(customer, started, amount - 2)';

# { name, aggregate, arguments, keys, adds, quotients }; a quotient is SQL over sums
my @accessors = (
	{   name => 'mrr_movements', aggregate => $subscriptions, arguments => "'month', $span", keys => 'period_start',
		adds => 'opening_mrr new_mrr expansion_mrr contraction_mrr churned_mrr reactivation_mrr closing_mrr'
		  . ' opening_customers new_customers churned_customers reactivated_customers closing_customers',
		quotients => {
			retention_rate => '100 * (sum(opening_customers) - sum(churned_customers)) / nullif(sum(opening_customers), 0)',
			churn_rate => '100 * sum(churned_customers) / nullif(sum(opening_customers), 0)',
			net_revenue_retention => '100 * (sum(opening_mrr) + sum(expansion_mrr) - sum(contraction_mrr) - sum(churned_mrr)) / nullif(sum(opening_mrr), 0)',
			gross_revenue_retention => '100 * (sum(opening_mrr) - sum(contraction_mrr) - sum(churned_mrr)) / nullif(sum(opening_mrr), 0)',
			gross_mrr_churn => '100 * (sum(contraction_mrr) + sum(churned_mrr)) / nullif(sum(opening_mrr), 0)',
			net_mrr_churn => '100 * (sum(contraction_mrr) + sum(churned_mrr) - sum(expansion_mrr)) / nullif(sum(opening_mrr), 0)',
			existing_growth => '100 * (sum(expansion_mrr) + sum(reactivation_mrr) - sum(contraction_mrr) - sum(churned_mrr)) / nullif(sum(opening_mrr), 0)',
			quick_ratio => '(sum(new_mrr) + sum(expansion_mrr) + sum(reactivation_mrr)) / nullif(sum(contraction_mrr) + sum(churned_mrr), 0)',
			arpa => 'sum(closing_mrr) / nullif(sum(closing_customers), 0)' } },
	{   name => 'revenue_cohorts', aggregate => $subscriptions, arguments => "'month', $span", keys => 'cohort period',
		adds => 'customers initial_mrr retained mrr',
		quotients => {
			rate => '100 * sum(retained) / nullif(sum(customers), 0)',
			mrr_rate => '100 * sum(mrr) / nullif(sum(initial_mrr), 0)' } },
	{   name => 'retention_timeline', aggregate => q{flow_agg(started, ended, 'month')}, arguments => $span, keys => 'period_start',
		adds => 'at_start new new_kept lost at_end',
		quotients => {
			retention_rate => '100 * (sum(at_end) - sum(new_kept)) / nullif(sum(at_start), 0)',
			churn_rate => '100 * (sum(at_start) - sum(at_end) + sum(new_kept)) / nullif(sum(at_start), 0)' } },
	{   name => 'activity_timeline', aggregate => $activity, arguments => "'month', $span", keys => 'period_start',
		adds => 'active new retained resurrected lost',
		quotients => { stickiness => 'sum(stickiness * active) / nullif(sum(active), 0)' } },
	{   name => 'activity_rolling', aggregate => $activity, arguments => "ARRAY[1, 7, 30], '2025-06-01', '2025-07-01', '2025-12-10'",
		keys => 'day window_days', adds => 'active_on_day active_in_window new resurrected lapsed',
		quotients => {
			retention_rate => '100 * (sum(active_in_window) - sum(new) - sum(resurrected)) / nullif(sum(active_in_window) - sum(new) - sum(resurrected) + sum(lapsed), 0)',
			stickiness => 'sum(stickiness * active_in_window) / nullif(sum(active_in_window), 0)' } },
	{   name => 'cohort_retention', aggregate => $activity, arguments => "'month', $span", keys => 'cohort period',
		adds => 'size retained', quotients => { rate => '100 * sum(retained) / nullif(sum(size), 0)' } },
	{   name => 'day_retention', aggregate => $activity, arguments => "ARRAY[1, 7, 30], $span, 'within'", keys => 'day',
		adds => 'eligible retained', quotients => { rate => '100 * sum(retained) / nullif(sum(eligible), 0)' } },
	{   name => 'active_days', aggregate => $activity, arguments => q{'[2025-01-01,2026-01-01)'}, keys => 'days', adds => 'customers', quotients => {} },
	{   name => 'purchase_timeline', aggregate => $purchases, arguments => "'month', $span", keys => 'period_start',
		adds => 'buyers new_buyers returning_buyers orders gross refunds revenue revenue_new revenue_returning',
		quotients => { average_order_value => 'sum(gross) / nullif(sum(orders), 0)' } },
	{   name => 'value_cohorts', aggregate => $purchases, arguments => "'month', $span", keys => 'cohort period',
		adds => 'customers buyers orders revenue cumulative_revenue',
		quotients => { revenue_per_customer => 'sum(cumulative_revenue) / nullif(sum(customers), 0)' } },
	{   name => 'ticket_flow', aggregate => 'ticket_agg(started, ended)', arguments => "'month', $span", keys => 'period_start',
		adds => 'opened resolved backlog', quotients => {} },
	{   name => 'ageing', aggregate => q{payment_agg(started, ended, amount, '2025-12-10')}, arguments => q{'{30,60,90}'}, keys => 'bucket',
		adds => 'invoices amount', quotients => { share => '100 * sum(amount) / nullif(sum(sum(amount)) OVER (), 0)' } });

sub accessors
{
	return @accessors;
}

# the keys, the columns that add and the quotients, rounded alike
sub columns
{
	my ($accessor, $add, $quotient) = @_;
	my @keys = split ' ', $accessor->{keys};

	return join(', ', @keys,
		(map { 'trim_scale(' . $add->($_) . '::numeric)' } split ' ', $accessor->{adds}),
		map { 'round((' . $quotient->($_) . ')::numeric, 9)' } sort keys %{ $accessor->{quotients} });
}

# The answer of the accessor over all rows.
sub from_whole
{
	my ($accessor, $relation) = @_;
	my $keys = join ', ', split ' ', $accessor->{keys};

	return sprintf 'SELECT %s FROM %s((SELECT %s FROM %s), %s) ORDER BY %s',
	  columns($accessor, sub { $_[0] }, sub { $_[0] }), @$accessor{qw(name aggregate)}, $relation, $accessor->{arguments}, $keys;
}

# The same from its rows for each part, which the FROM item "parts" gives.
sub from_parts
{
	my ($accessor, $parts) = @_;
	my $keys = join ', ', split ' ', $accessor->{keys};

	return sprintf 'SELECT %s FROM %s GROUP BY %s ORDER BY %s',
	  columns($accessor, sub { "sum($_[0])" }, sub { $accessor->{quotients}{ $_[0] } }), $parts, $keys, $keys;
}

1;
