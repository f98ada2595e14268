# A cancel is answered within 250 ms, whatever a summary is doing: each statement
# of the table below is cancelled at several moments of its run.
#
# Work between two looks at a cancel does not grow with the data, so with the
# data of this test, a fraction of what a summary may hold, the answer must
# come within a fifth of the run, or within 50 ms, which a busy machine may take
# by itself: a loop that never looks is found by that.
# `make huge` asks for the 250 ms with summaries of 1 GB.
#
# A family with summaries of its own adds its data to "data" and a line for each
# of its statements to "cases".
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsCancel;

my $customers = 250_000;
my $many_customers = 1_500_000;

my $node = PostgreSQL::Test::Cluster->new('interrupts');
$node->init;
configure_for_cancels($node);
$node->start;
my $dir = $node->basedir;

# --- data -----------------------------------------------------------------------

# Two rows per customer, in random order; the second one often begins where the
# first one ends, and a third of them is open.
my $rows = qq{
	SELECT customer, started, ended, mrr
	  FROM (SELECT c AS customer, date '2024-01-01' + (hashint8(c + 5) & 511) AS first_day, 100 + (hashint8(c * 3) & 127) AS days,
				   CASE WHEN c % 5 = 0 THEN 40 ELSE 0 END AS pause, 20 + (hashint8(c + 9) & 255) * 1.25 AS price
			  FROM generate_series(1::bigint, $customers) AS c) AS x,
		   LATERAL (VALUES (first_day, first_day + days, price),
						   (first_day + days + pause, CASE WHEN customer % 3 = 0 THEN first_day + 400 END, price + customer % 3 * 10)) AS v(started, ended, mrr)};

sub seconds_of
{
	my ($what, $sql) = @_;
	my $started = time();
	$node->safe_psql('postgres', $sql);
	note sprintf '%s: %.1f s', $what, time() - $started;
	return;
}

$node->safe_psql('postgres', 'CREATE EXTENSION chs');
seconds_of('rows', qq{
	CREATE UNLOGGED TABLE subscriptions AS $rows ORDER BY hashint8(customer * 7 + (started - date '2000-01-01'));
	ANALYZE subscriptions});
# Summaries of parts of many customers, and of all of them together: what only
# reads them must take long enough for a cancel to be late.
seconds_of('summaries', qq{
	CREATE UNLOGGED TABLE parts AS
		SELECT c % 12 AS part, subscription_agg(c, date '2024-01-01' + (hashint8(c) & 511), date '2025-06-01' + (hashint8(c) & 255), 10 + (c & 63)) AS s
		  FROM generate_series(1::bigint, $many_customers) AS c GROUP BY 1;
	CREATE UNLOGGED TABLE whole AS SELECT rollup(s) AS s FROM parts;
	CREATE UNLOGGED TABLE twin AS SELECT s FROM whole;
	CREATE UNLOGGED TABLE months AS
		SELECT started - extract(day FROM started)::int AS part, subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions GROUP BY 1;
	CREATE UNLOGGED TABLE pieces AS
		SELECT hashint8(customer) & 2047 AS part, subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions GROUP BY 1;
	COPY whole TO '$dir/binary' (FORMAT binary)});

# Eight days for each of a third as many customers, in random order; every tenth
# customer comes once in a while for twenty years.
seconds_of('activity', qq{
	CREATE UNLOGGED TABLE events AS
		SELECT c AS customer, date '2024-01-01' + ((hashint8(c) & 511) + n * CASE WHEN c % 10 = 0 THEN 900 ELSE (hashint8(c + n) & 31) END)::int AS day
		  FROM generate_series(1::bigint, $customers / 3) AS c, generate_series(0, 7) AS n
		 ORDER BY hashint8(c * 8 + n);
	ANALYZE events;
	CREATE UNLOGGED TABLE active AS
		SELECT activity_agg(c, date '2024-01-01' + ((hashint8(c) & 511) + n * CASE WHEN c % 10 = 0 THEN 900 ELSE (hashint8(c + n) & 31) END)::int) AS s
		  FROM generate_series(1::bigint, $many_customers / 3) AS c, generate_series(0, 3) AS n;
	CREATE UNLOGGED TABLE active_twin AS SELECT s FROM active;
	CREATE UNLOGGED TABLE active_months AS SELECT day - extract(day FROM day)::int AS part, activity_agg(customer, day) AS s FROM events GROUP BY 1;
	CREATE UNLOGGED TABLE active_pieces AS SELECT hashint8(customer) & 2047 AS part, activity_agg(customer, day) AS s FROM events GROUP BY 1;
	COPY active TO '$dir/active_binary' (FORMAT binary)});

# Orders on the same days; every eighth is a refund.
seconds_of('value', qq{
	CREATE UNLOGGED TABLE bought AS
		SELECT purchase_agg(c, date '2024-01-01' + ((hashint8(c) & 511) + n * CASE WHEN c % 10 = 0 THEN 900 ELSE (hashint8(c + n) & 31) END)::int, (hashint8(c * 4 + n) & 1023) * 0.25 - 32) AS s
		  FROM generate_series(1::bigint, $many_customers / 3) AS c, generate_series(0, 3) AS n;
	CREATE UNLOGGED TABLE bought_twin AS SELECT s FROM bought;
	CREATE UNLOGGED TABLE bought_months AS SELECT day - extract(day FROM day)::int AS part, purchase_agg(customer, day, 7.5) AS s FROM events GROUP BY 1;
	CREATE UNLOGGED TABLE bought_pieces AS SELECT hashint8(customer) & 2047 AS part, purchase_agg(customer, day, 7.5) AS s FROM events GROUP BY 1;
	COPY bought TO '$dir/bought_binary' (FORMAT binary)});

# Tens of thousands of numbers of days.
seconds_of('payment', q{
	CREATE UNLOGGED TABLE owed AS
		SELECT payment_agg(date '2000-01-01' + (n::bigint * 7919 % 20011)::int, CASE WHEN n % 4 > 0 THEN date '2000-01-01' + (n::bigint * 104729 % 20011)::int END, n * 0.01, '4000-01-01') AS s
		  FROM generate_series(1, 1000000) AS n});
# Customers who are all different, whom a fit has to walk over many times.
seconds_of('lifetime', qq{
	CREATE UNLOGGED TABLE buyers AS
		SELECT (hashint8(c) & 7) AS frequency, CASE WHEN hashint8(c) & 7 = 0 THEN 0 ELSE age * ((hashint8(c + 3) & 65535) + 1) / 65536.0::float8 END AS recency, age
		  FROM (SELECT c, 20 + (hashint8(c + 9) & 1048575) / 50000.0::float8 AS age FROM generate_series(1::bigint, $customers) AS c) AS x});

# Signals of customers, a score of them, whether and when they left.
seconds_of('calibration', qq{
	CREATE UNLOGGED TABLE signals AS
		SELECT c AS customer, s AS signals, s[1] AS a, s[2] AS b, s[3] AS c, s[4] AS d, s[1] + s[2] AS score, (hashint8(c + 4) & 1023) / 1024.0 < 1 / (1 + exp(3 * s[1] + 2 * s[2])) AS churned
		  FROM (SELECT c, ARRAY[(hashint8(c) & 65535) / 65536.0, (hashint8(c + 1) & 65535) / 65536.0, (hashint8(c + 2) & 65535) / 65536.0, (hashint8(c + 3) & 65535) / 65536.0]::float8[] AS s
				  FROM generate_series(10::bigint, $customers * 10, 10) AS c) AS x;
	CREATE UNLOGGED TABLE warned AS
		SELECT warning_agg(customer, date '2024-01-01' + n * 30, 100 * score, CASE WHEN churned THEN date '2024-01-01' + (hashint8(customer) & 1023) END) AS s FROM signals, generate_series(0, 3) AS n;
	CREATE UNLOGGED TABLE judged AS SELECT validation_agg(score, churned) AS s FROM signals;
	ANALYZE signals});

# --- cases ----------------------------------------------------------------------
# name, statement; and, where it matters: settings, and what undoes it.  A
# statement that gives rows gives one short row, which must stay the same.
# (COPY from text is not among them: the server reads a line of any length
# without looking, whatever its type.)

my $summary = '(SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions) AS x';
my $months = q{'2024-01-01', '2026-01-01', '2025-12-31'};
my $active = '(SELECT activity_agg(customer, day) AS s FROM events) AS x';
my $invoices = q{(SELECT payment_agg(date '2000-01-01' + (n::bigint * 7919 % 20011)::int, CASE WHEN n % 4 > 0 THEN date '2000-01-01' + (n::bigint * 104729 % 20011)::int END, n * 0.01, '3000-01-01') AS s FROM generate_series(1, 500000) AS n) AS x};
my $purchases = '(SELECT purchase_agg(customer, day, 7.5) AS s FROM events) AS x';
my $year = q{daterange('2024-06-01', '2025-06-01')};
my $model = q{'{"signals": [{"name": "a", "worst": 0, "best": 1}, {"name": "b", "worst": 0, "best": 1}, {"name": "c", "worst": 0, "best": 1}, {"name": "d", "worst": 0, "best": 1}]}'::healthmodel};
my $year_days = q{'2024-01-01', '2026-01-01', '2025-12-31'};
my @cases = (
	[ 'aggregation and a day', "SELECT mrr(s, '2025-06-30') FROM $summary" ],
	[ 'aggregation by groups', 'SELECT count(s) FROM (SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions WHERE customer < 100000 GROUP BY customer / 50 OFFSET 0) AS x' ],
	[ 'aggregation of text keys', "SELECT customers(s, '2025-06-30') FROM (SELECT subscription_agg(customer::text, started, ended) AS s FROM subscriptions) AS x" ],
	[ 'one customer with all rows', "SELECT mrr(s, '2025-06-30') FROM (SELECT subscription_agg(1::bigint, started, ended, mrr) AS s FROM subscriptions) AS x" ],
	[ 'one customer with as many days as rows', "SELECT md5(s::text) FROM (SELECT subscription_agg(1::bigint, date '2000-01-01' + n, date '2000-01-01' + 2 * n, 10 + n % 3 * 0.001) AS s FROM generate_series(1, $customers) AS n) AS x" ],
	[ 'in parallel', "SELECT mrr(s, '2025-06-30') FROM $summary", settings => 'SET max_parallel_workers_per_gather = 2' ],
	[ 'movements by boundary', "SELECT sum(new_mrr) FROM whole, mrr_movements(s, 'day', $months)" ],
	[ 'movements by event', "SELECT sum(new_mrr) FROM whole, mrr_movements(s, 'month', $months, 'event', 90)" ],
	[ 'movements by a century of days', "SELECT sum(closing_mrr) FROM whole, mrr_movements(s, 'day', '1990-01-01', '2190-01-01', '2190-01-01', 'event')" ],
	[ 'reconciliation', "SELECT sum(difference) FROM whole, mrr_reconcile(s, 'day', $months)" ],
	[ 'cohorts by day', "SELECT sum(retained) FROM whole, revenue_cohorts(s, 'day', $months)" ],
	[ 'rates of a period', "SELECT retention_rate(s, p), churn_rate(s, p), net_revenue_retention(s, p), gross_revenue_retention(s, p) FROM whole, daterange('2025-01-01', '2025-07-01') AS p" ],
	[ 'rollup of parts', "SELECT mrr(rollup(s), '2025-06-30') FROM parts" ],
	[ 'rollup of parts that share customers', "SELECT mrr(rollup(s), '2025-06-30') FROM months" ],
	[ 'rollup of many', "SELECT mrr(rollup(s), '2025-06-30') FROM pieces" ],
	[ 'combine', "SELECT mrr(combine(whole.s, twin.s), '2025-06-30') FROM whole, twin" ],
	[ 'storing', 'CREATE TEMP TABLE kept AS SELECT subscription_agg(customer, started, ended, mrr) AS s FROM subscriptions', undo => 'ROLLBACK' ],
	[ 'text and back', 'SELECT s = s::text::subscriptionsummary FROM whole' ],
	[ 'binary', 'SELECT length(subscriptionsummary_send(s)) FROM whole' ],
	[ 'COPY from binary', "COPY whole FROM '$dir/binary' (FORMAT binary)", undo => 'ROLLBACK' ],
	[ 'comparison', 'SELECT count(*) FROM whole, twin, generate_series(1, 10) AS n WHERE whole.s = twin.s AND n > 0' ],
	[ 'a survival curve of many days with entries and weights', 'SELECT round(sum(std_err)) FROM survival_curve((SELECT survival_agg(hashint8(c) & 1023, 1024 + (hashint8(c * 3) & 262143), c % 3 > 0, c % 100) FROM generate_series(1::bigint, 300000) AS c))' ],
	[ 'a restricted mean and its error', 'SELECT round(restricted_mean_error((SELECT survival_agg(hashint8(c * 3) & 262143, c % 3 > 0) FROM generate_series(1::bigint, 300000) AS c), 200000))' ],
	[ 'logrank of many groups', 'SELECT sum(observed) FROM logrank((SELECT array_agg(s) FROM (SELECT survival_agg(hashint8(c) & 4095, c % 3 > 0) AS s FROM generate_series(1::bigint, 200000) AS c GROUP BY c % 200) AS x))' ],
	[ 'lifetimes', "SELECT median_survival(lifetimes(s, '2025-12-31')) FROM whole" ],
	[ 'a Cox fit of many rows', 'SELECT (cox_fit(hashint8(c) & 511, hashint8(c + 1) & 511, c % 3 > 0, ARRAY[hashint8(c * 5) & 15, hashint8(c * 7) & 1023])).status FROM generate_series(1::bigint, 200000) AS c WHERE (hashint8(c) & 511) < (hashint8(c + 1) & 511)' ],
	[ 'a Cox fit of many features', 'SELECT (cox_fit(1 + (hashint8(c) & 255), c % 3 > 0, ARRAY(SELECT (hashint8(c * 131 + i) & 1023)::float8 FROM generate_series(1, 120) AS i))).status FROM generate_series(1::bigint, 3000) AS c' ],
	[ 'change of many segments', 'SELECT round(sum(total)) FROM change_parts((SELECT change_agg(c::text, c % 7, 1 + c % 5, c % 11, 1) FROM generate_series(1, 400000) AS c))' ],
	[ 'effect within many strata', 'SELECT rows_without_overlap FROM effect((SELECT effect_agg(c % 2 = 0, c % 3 = 0, (c / 2)::text) FROM generate_series(1, 1000000) AS c))' ],
	[ 'hash', 'SELECT count(DISTINCT h) FROM (SELECT subscriptionsummary_hash(s) + n - n AS h FROM whole, generate_series(1, 10) AS n) AS x' ],

	[ 'activity: aggregation', "SELECT active_customers(s, $year) FROM $active" ],
	[ 'activity: aggregation in order of time', "SELECT active_customers(s, $year) FROM (SELECT activity_agg(customer, day) AS s FROM (SELECT * FROM events ORDER BY day) AS e) AS x" ],
	[ 'activity: aggregation by groups', 'SELECT count(s) FROM (SELECT activity_agg(customer, day) AS s FROM events GROUP BY customer / 50 OFFSET 0) AS x' ],
	[ 'activity: aggregation of text keys', "SELECT active_customers(s, $year) FROM (SELECT activity_agg(customer::text, day) AS s FROM events) AS x" ],
	[ 'activity: one customer with as many days as rows', "SELECT md5(s::text) FROM (SELECT activity_agg(1::bigint, date '2000-01-01' + (n::bigint * 7919 % 1000003)::int) AS s FROM generate_series(1, $customers) AS n) AS x" ],
	[ 'activity: in parallel', "SELECT active_customers(s, $year) FROM $active", settings => 'SET max_parallel_workers_per_gather = 2' ],
	[ 'activity: timeline by day', "SELECT sum(new), sum(lost) FROM active, activity_timeline(s, 'day', '2020-01-01', '2040-01-01', '2040-01-01')" ],
	[ 'activity: rolling', "SELECT sum(active_in_window) FROM active, activity_rolling(s, 28, '2024-01-01', '2040-01-01', '2040-01-01')" ],
	[ 'activity: rolling by years', "SELECT sum(resurrected) FROM active, activity_rolling(s, 2000, '2024-01-01', '2040-01-01', '2040-01-01', 3)" ],
	[ 'activity: cohorts by day', "SELECT sum(retained) FROM active, cohort_retention(s, 'day', $year_days, 'on_or_after')" ],
	[ 'activity: cohorts by day, on', "SELECT sum(retained) FROM active, cohort_retention(s, 'day', $year_days)" ],
	[ 'activity: days after the first', "SELECT sum(retained) FROM active, day_retention(s, (SELECT array_agg(n) FROM generate_series(0, 5000) AS n), '2024-01-01', '2030-01-01', '2040-01-01', 'within')" ],
	[ 'activity: rates of a period', "SELECT stickiness(s, p), repeat_rate(s, p) FROM active, daterange('2024-01-01', '2034-01-01') AS p" ],
	[ 'activity: adoption', "SELECT adoption_rate(active.s, active_twin.s, $year) FROM active, active_twin" ],
	[ 'activity: rollup of months', "SELECT active_customers(rollup(s), $year) FROM active_months" ],
	[ 'activity: rollup of many', "SELECT active_customers(rollup(s), $year) FROM active_pieces" ],
	[ 'activity: combine', "SELECT active_customers(combine(active.s, active_twin.s), $year) FROM active, active_twin" ],
	[ 'activity: storing', 'CREATE TEMP TABLE kept AS SELECT activity_agg(customer, day) AS s FROM events', undo => 'ROLLBACK' ],
	[ 'activity: text and back', 'SELECT s = s::text::activitysummary FROM active' ],
	[ 'activity: binary', 'SELECT length(activitysummary_send(s)) FROM active' ],
	[ 'activity: COPY from binary', "COPY active FROM '$dir/active_binary' (FORMAT binary)", undo => 'ROLLBACK' ],
	[ 'value: aggregation', "SELECT repeat_purchase_rate(s) FROM $purchases" ],
	[ 'value: aggregation by groups', 'SELECT count(s) FROM (SELECT purchase_agg(customer, day, 7.5) AS s FROM events GROUP BY customer / 50 OFFSET 0) AS x' ],
	[ 'value: aggregation of text keys', 'SELECT revenue(s) FROM (SELECT purchase_agg(customer::text, day, 7.5) AS s FROM events) AS x' ],
	[ 'value: one customer with all rows', 'SELECT revenue(s) FROM (SELECT purchase_agg(1::bigint, day, 7.5) AS s FROM events) AS x' ],
	[ 'value: one customer with as many days as rows', "SELECT md5(s::text) FROM (SELECT purchase_agg(1::bigint, date '2000-01-01' + (n::bigint * 7919 % 1000003)::int, n % 3 * 0.001) AS s FROM generate_series(1, $customers) AS n) AS x" ],
	[ 'value: rfm of one customer with many days', "SELECT rfm(s, '4000-01-01') FROM (SELECT purchase_agg(1::bigint, date '2000-01-01' + (n::bigint * 7919 % 1000003)::int, 7.5) AS s FROM generate_series(1, $customers) AS n) AS x" ],
	[ 'value: in parallel', "SELECT repeat_purchase_rate(s) FROM $purchases", settings => 'SET max_parallel_workers_per_gather = 2' ],
	[ 'value: totals', "SELECT revenue(s), repeat_purchase_rate(s, 'days', $year) FROM bought" ],
	[ 'value: timeline by day', "SELECT sum(new_buyers) FROM bought, purchase_timeline(s, 'day', '2020-01-01', '2040-01-01', '2040-01-01')" ],
	[ 'value: cohorts by day', "SELECT sum(orders) FROM bought, value_cohorts(s, 'day', $year_days)" ],
	[ 'value: days', 'SELECT count(d) FROM bought, purchase_days(s) AS d' ],
	[ 'value: rollup of months', 'SELECT revenue(rollup(s)) FROM bought_months' ],
	[ 'value: rollup of many', 'SELECT revenue(rollup(s)) FROM bought_pieces' ],
	[ 'value: combine', 'SELECT revenue(combine(bought.s, bought_twin.s)) FROM bought, bought_twin' ],
	[ 'value: storing', 'CREATE TEMP TABLE kept AS SELECT purchase_agg(customer, day, 7.5) AS s FROM events', undo => 'ROLLBACK' ],
	[ 'value: text and back', 'SELECT s = s::text::purchasesummary FROM bought' ],
	[ 'value: binary', 'SELECT length(purchasesummary_send(s)) FROM bought' ],
	[ 'value: COPY from binary', "COPY bought FROM '$dir/bought_binary' (FORMAT binary)", undo => 'ROLLBACK' ],
	[ 'value: comparison', 'SELECT count(*) FROM bought, bought_twin, generate_series(1, 10) AS n WHERE bought.s = bought_twin.s AND n > 0' ],
	[ 'value: scores', 'SELECT sum(score) FROM (SELECT rfm_score(hashint8(n) & 65535) OVER () AS score FROM generate_series(1::bigint, 1000000) AS n) AS x' ],

	[ 'payment: aggregation', "SELECT overdue_amount(s) FROM $invoices" ],
	[ 'payment: the rate in one step', "SELECT on_time_rate(day, day + (customer & 63)::int - 30, '2025-06-30') FROM events, generate_series(1, 4)" ],
	[ 'payment: storing', "CREATE TEMP TABLE kept AS SELECT s FROM $invoices", undo => 'ROLLBACK' ],
	[ 'payment: questions', "SELECT sum(average_payment_delay(s, 'amount') + on_time_rate(s) + (SELECT sum(invoices) FROM ageing(s))) FROM owed, generate_series(1, 50) AS n WHERE n > 0" ],
	[ 'payment: rollup', 'SELECT open_amount(rollup(s)) FROM (SELECT s FROM owed, generate_series(1, 50) AS n OFFSET 0) AS x' ],
	[ 'payment: text and back', 'SELECT count(*) FROM owed, generate_series(1, 20) AS n WHERE s = s::text::paymentsummary AND n > 0' ],
	[ 'payment: countback', "SELECT dso_countback(1e9, array_agg(1 + n * 0.0001), array_agg(30)) FROM generate_series(1, 300000) AS n" ],
	[ 'lifetime: fit of buyers', 'SELECT (bgnbd_fit(frequency, recency, age)).status FROM buyers' ],
	[ 'lifetime: fit of spending', 'SELECT (gamma_gamma_fit(frequency, age)).status FROM buyers' ],
	[ 'lifetime: fit of contracts', 'SELECT (sbg_fit((age * 1e6)::bigint, frequency > 3)).status FROM buyers' ],
	[ 'lifetime: tracking by day', q{SELECT round(sum(expected)) FROM bgnbd_tracking(ROW('bg', 7, 0.25, 4.5, 0.8, 2.5, NULL, NULL, NULL, NULL, NULL, NULL)::bgnbd_model, array(SELECT date '1990-01-01' + n FROM generate_series(0, 2999) AS n), array_fill(1::bigint, '{3000}'), array_fill(0::bigint, '{3000}'), 'day', '1990-01-01', '2190-01-01', '2030-01-01')} ],
	[ 'calibration: fit of a regression', 'SELECT (logistic_fit(churned, signals)).status FROM signals' ],
	[ 'calibration: fit with weights and a penalty', 'SELECT (logistic_fit(churned, signals, 1, 1 + a)).status FROM signals' ],
	[ 'calibration: fit with the penalty of Firth', q{SELECT (logistic_fit(churned, signals, 'firth')).status FROM signals} ],
	[ 'calibration: fit of a health model', "SELECT health_fit($model, churned, signals, 90)::jsonb->'fit'->'status' FROM signals WHERE customer < 1000000" ],
	[ 'calibration: fit of a health model of rows', "SELECT health_fit($model, churned, s, '2026-06-30'::date, 90, 'none')::jsonb->'fit'->'status' FROM signals AS s" ],
	[ 'calibration: quantile curves', "SELECT health_normalize($model, s) IS NULL FROM signals AS s" ],
	[ 'calibration: profile of signals', "SELECT count(*) FROM health_profile_table((SELECT health_profile($model, s) FROM signals AS s))" ],
	[ 'calibration: area under the curve', 'SELECT roc_auc(score, churned), brier_score(score / 2, churned) FROM signals' ],
	[ 'calibration: difference of two areas', 'SELECT (auc_difference(score, a, churned)).p_value FROM signals' ],
	[ 'calibration: validation', 'SELECT auc(s), ks(s), average_precision(s) FROM (SELECT validation_agg(score, churned) AS s FROM signals) AS x' ],
	[ 'calibration: questions to a validation', "SELECT round(sum(auc(s) + lift(s, n) + (SELECT max(high) FROM calibration_table(s, 100)) + (SELECT max(lift) FROM gains(s, 100)))) FROM judged, generate_series(1, 10) AS n" ],
	[ 'calibration: early warning', "SELECT sum(caught) FROM warning_table((SELECT warning_agg(customer, date '2024-01-01' + n * 30, 100 * score, CASE WHEN churned THEN date '2024-01-01' + (hashint8(customer) & 1023) END) FROM signals, generate_series(0, 1) AS n), '{50}', 90, '2026-12-31')" ],
	[ 'calibration: early warning at many thresholds', "SELECT sum(false_alarms) FROM warned, warning_table(s, array(SELECT n FROM generate_series(1, 100) AS n)::float8[], 90, '2026-12-31')" ],
	[ 'calibration: rollup of early warning', "SELECT sum(caught) FROM warning_table((SELECT rollup(s) FROM warned), '{50}', 90, '2026-12-31')" ],
	[ 'calibration: early warning, text and back', 'SELECT s = s::text::warningsummary FROM warned' ],
	[ 'calibration: forecast of many contracts', 'SELECT (renewal_forecast(0.5 + 0.4 * a, 10 + (1000 * b)::numeric, 95, 0.2)).low > 0 FROM signals WHERE customer < 50000' ],
	[ 'calibration: distribution of few sums', 'SELECT (renewal_forecast(0.5 + 0.4 * a, 10 * (1 + customer % 50), 95, 0.2)).low > 0 FROM signals WHERE customer < 5000' ],
	[ 'activity: comparison', 'SELECT count(*) FROM active, active_twin, generate_series(1, 10) AS n WHERE active.s = active_twin.s AND n > 0' ],
);

check_cancels($node, \@cases,
	moments => [ 0.1, 0.35, 0.6, 0.85 ], limit => 250,
	share => 1 / 5, noise => 50);    # noise: ms that it may cost however short the run

$node->stop;
done_testing();
