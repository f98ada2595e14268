# What the tests of dump, restore and upgrade keep: for each type of chs a table
# of values, and a query whose answer must not change.  A family with a type
# adds its own here.
package ChsStored;

use strict;
use warnings;

use Exporter 'import';
use Test::More;

our @EXPORT = qw(@stored store);

our @stored = (
	{
		type => 'healthmodel',
		make => q{CREATE TABLE kept_healthmodel AS SELECT 1 AS id,
			'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel AS model},
		ask => q{SELECT id, model FROM kept_healthmodel ORDER BY id},
	},
	{
		type => 'surveysummary',
		make => q{CREATE TABLE kept_surveysummary AS
			SELECT i % 5 AS id, survey_agg(i % 11) AS s FROM generate_series(1, 1000) AS i GROUP BY 1;
			CREATE UNIQUE INDEX ON kept_surveysummary (s)},
		ask => q{SELECT id, s, nps(s), (SELECT nps(rollup(s)) FROM kept_surveysummary) FROM kept_surveysummary ORDER BY id},
	},
	{
		type => 'ratiosummary',
		make => q{CREATE TABLE kept_ratiosummary AS
			SELECT i % 5 AS id, renewal_agg('2025-01-01', i % 7 < 4, '2025-01-01') AS s FROM generate_series(1, 1000) AS i GROUP BY 1},
		ask => q{SELECT id, s, rate(s), (SELECT rate(rollup(s)) FROM kept_ratiosummary) FROM kept_ratiosummary ORDER BY id},
	},
	{
		type => 'businesshours',
		make => q{CREATE TABLE kept_businesshours AS SELECT 1 AS id, '{"timezone": "Europe/Warsaw", "week": {"mon": [["09:00", "17:00"]]},
			"holidays": ["2026-12-28", {"day": "2026-12-24", "hours": [["09:00", "13:00"]]}], "versions": [{"from": "2027-01-01", "week": {"tue": [["08:00", "18:00"]]}}]}'::businesshours AS calendar},
		ask => q{SELECT id, calendar, business_seconds(calendar, '2026-12-01 00:00+00', '2027-02-01 00:00+00') FROM kept_businesshours ORDER BY id},
	},
	{
		type => 'ticketsummary',	# the last is large enough to be toasted
		make => q{CREATE TABLE kept_ticketsummary AS
			SELECT 1 AS id, ticket_agg(date '2025-01-01' + i, NULL) AS s FROM generate_series(1, 20) AS i
			UNION ALL SELECT 2, ticket_agg(date '2025-01-01' + i, date '2025-01-20' + 2 * i) FROM generate_series(1, 2000) AS i},
		ask => q{SELECT id, s, length(ticketsummary_send(s)), backlog(s, '2025-06-30'), backlog_age(s, '2025-06-30') FROM kept_ticketsummary ORDER BY id},
	},
	{
		type => 'flowsummary',	# the last is large enough to be toasted
		make => q{CREATE TABLE kept_flowsummary AS
			SELECT 1 AS id, flow_agg(date '2025-01-01' + i, date '2025-01-20' + 2 * i, daterange('2025-02-01', '2025-05-01')) AS s FROM generate_series(1, 200) AS i
			UNION ALL SELECT 2, flow_agg(date '2025-01-01' + i, NULL, 'month') FROM generate_series(1, 200) AS i
			UNION ALL SELECT 3, flow_agg(date '2025-01-01' + i, date '2025-01-20' + 2 * i, 'day') FROM generate_series(1, 2000) AS i},
		ask => q{SELECT id, s, length(flowsummary_send(s)), lost_customers(CASE id WHEN 1 THEN s END) FROM kept_flowsummary ORDER BY id},
	},
	{
		type => 'subscriptionsummary',	# the first is large enough to be toasted
		make => q{CREATE TABLE kept_subscriptionsummary AS
			SELECT 1 AS id, subscription_agg(i % 700, date '2025-01-01' + i % 90, date '2025-04-01' + i % 120, i * 0.01) AS s FROM generate_series(1, 1000) AS i
			UNION ALL SELECT 2, subscription_agg(md5(i::text)::uuid, date '2025-01-01' + i, NULL) FROM generate_series(1, 9) AS i
			UNION ALL SELECT 3, subscription_agg('only'::text, date '2025-01-01', NULL, 0)},
		ask => q{SELECT id, s, (SELECT string_agg(m::text, ' ') FROM mrr_movements(s, 'month', '2025-01-01', '2025-07-01', '2025-06-30') AS m)
			FROM kept_subscriptionsummary ORDER BY id},
	},
	{
		type => 'activitysummary',	# the first is large enough to be toasted
		make => q{CREATE TABLE kept_activitysummary AS
			SELECT 1 AS id, activity_agg(i % 700, date '2025-01-01' + i % 90) AS s FROM generate_series(1, 2000) AS i
			UNION ALL SELECT 2, activity_agg(md5((i % 3)::text)::uuid, date '2025-01-01' + i) FROM generate_series(1, 90) AS i
			UNION ALL SELECT 3, activity_agg('only'::text, '2025-01-01'::date)},
		ask => q{SELECT id, s, (SELECT string_agg(t::text, ' ') FROM activity_timeline(s, 'month', '2025-01-01', '2025-07-01', '2025-06-30') AS t)
			FROM kept_activitysummary ORDER BY id},
	},
	{
		type => 'purchasesummary',	# the first is large enough to be toasted
		make => q{CREATE TABLE kept_purchasesummary AS
			SELECT 1 AS id, purchase_agg(i % 700, date '2025-01-01' + i % 90, i * 0.01 - 1) AS s FROM generate_series(1, 2000) AS i
			UNION ALL SELECT 2, purchase_agg(md5((i % 3)::text)::uuid, date '2025-01-01' + i, 10) FROM generate_series(1, 90) AS i
			UNION ALL SELECT 3, purchase_agg('only'::text, '2025-01-01'::date, -5)},
		ask => q{SELECT id, s, (SELECT string_agg(t::text, ' ') FROM purchase_timeline(s, 'month', '2025-01-01', '2025-07-01', '2025-06-30') AS t)
			FROM kept_purchasesummary ORDER BY id},
	},
	{
		type => 'paymentsummary',	# the first is large enough to be toasted
		make => q{CREATE TABLE kept_paymentsummary AS
			SELECT 1 AS id, payment_agg(date '2025-01-01' + i % 900, date '2025-01-20' + i * 7919 % 3000, i * 0.01, '2030-12-31') AS s FROM generate_series(1, 2000) AS i
			UNION ALL SELECT 2, payment_agg(date '2025-01-01' + i, CASE WHEN i % 3 > 0 THEN date '2025-01-20' + i END, 10 - i, '2025-03-31') FROM generate_series(1, 90) AS i},
		ask => q{SELECT id, s, average_payment_delay(s, 'amount'), (SELECT string_agg(a::text, ' ') FROM ageing(s) AS a)
			FROM kept_paymentsummary ORDER BY id},
	},
	{
		type => 'changesummary',
		make => q{CREATE TABLE kept_changesummary AS
			SELECT 1 AS id, change_agg('segment ' || i, i % 9, 10 + i, i % 7, 12 + i) AS s FROM generate_series(1, 200) AS i
			UNION ALL SELECT 2, change_agg('only', 3, 10, 4, 12)},
		ask => q{SELECT id, s, (SELECT string_agg(p::text, ' ') FROM change_parts(s) AS p) FROM kept_changesummary ORDER BY id},
	},
	{
		type => 'effectsummary',
		make => q{CREATE TABLE kept_effectsummary AS
			SELECT 1 AS id, effect_agg(i % 2 = 0, i % 5 < 2, 'band ' || i % 3) AS s FROM generate_series(1, 200) AS i},
		ask => q{SELECT id, s, effect(s) FROM kept_effectsummary ORDER BY id},
	},
	{
		type => 'survivalsummary',	# the first is large enough to be toasted
		make => q{CREATE TABLE kept_survivalsummary AS
			SELECT 1 AS id, survival_agg(1 + i * 7919 % 3000, i % 3 = 0) AS s FROM generate_series(1, 3000) AS i
			UNION ALL SELECT 2, survival_agg(i % 5, 5 + i % 90, i % 3 = 0, i * 0.25) FROM generate_series(1, 90) AS i},
		ask => q{SELECT id, s, median_survival(s), restricted_mean(s, 40) FROM kept_survivalsummary ORDER BY id},
	},
	{
		type => 'validationsummary',
		make => q{CREATE TABLE kept_validationsummary AS
			SELECT 1 AS id, validation_agg(i % 101 * 0.7, i % 101 < i % 37) AS s FROM generate_series(1, 2000) AS i},
		ask => q{SELECT id, s, auc(s), ks(s) FROM kept_validationsummary ORDER BY id},
	},
	{
		type => 'warningsummary',
		make => q{CREATE TABLE kept_warningsummary AS
			SELECT 1 AS id, warning_agg(i % 70, date '2025-01-01' + i % 90, i % 101, CASE WHEN i % 70 < 9 THEN date '2025-05-01' + i % 70 END) AS s
			FROM generate_series(1, 2000) AS i
			UNION ALL SELECT 2, warning_agg(1, date '2025-01-01', 40, NULL)},
		ask => q{SELECT id, s, (SELECT string_agg(w::text, ' ') FROM warning_table(s, '{30,60}', 60, '2025-12-31') AS w)
			FROM kept_warningsummary ORDER BY id},
	},
	{
		type => 'forecastsummary',
		make => q{CREATE TABLE kept_forecastsummary AS
			SELECT 1 AS id, forecast_agg(i / 101.0, i * 0.25) AS s FROM generate_series(1, 100) AS i},
		ask => q{SELECT id, s, renewal_forecast(s) FROM kept_forecastsummary ORDER BY id},
	},
	{
		type => 'profilesummary',
		make => q{CREATE TABLE kept_profilesummary AS
			SELECT 1 AS id, health_profile('{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, jsonb_build_object('usage', i % 13)) AS s
			FROM generate_series(1, 500) AS i},
		ask => q{SELECT id, s, (SELECT string_agg(t::text, ' ') FROM health_profile_table(s) AS t) FROM kept_profilesummary ORDER BY id},
	},
	{
		type => 'samplesummary',	# the state of a fit, kept by an aggregate of one's own
		make => q{CREATE AGGREGATE pg_temp.kept_sample(boolean, float8[]) (SFUNC = logistic_fit_accum, STYPE = samplesummary);
			CREATE TABLE kept_samplesummary AS
			SELECT 1 AS id, pg_temp.kept_sample(i % 7 < i % 5, ARRAY[i % 11, i % 4]::float8[]) AS s FROM generate_series(1, 500) AS i
			UNION ALL SELECT 2, pg_temp.kept_sample(i % 2 = 0, ARRAY[i % 3]::float8[]) FROM generate_series(1, 12) AS i},
		ask => q{SELECT id, s, logistic_fit_final(s) FROM kept_samplesummary ORDER BY id},
	},
	{
		type => 'logistic_model',
		make => q{CREATE TABLE kept_logistic_model AS
			SELECT 1 AS id, logistic_fit(i % 7 < i % 5, ARRAY[i % 11, i % 4]::float8[]) AS m FROM generate_series(1, 500) AS i},
		ask => q{SELECT id, m, logistic_probability(m, '{5,2}') FROM kept_logistic_model ORDER BY id},
	},
	{
		type => 'auc_difference_result',
		make => q{CREATE TABLE kept_auc_difference_result AS
			SELECT 1 AS id, auc_difference(i % 11, i % 13, i % 7 < i % 5) AS d FROM generate_series(1, 500) AS i},
		ask => q{SELECT id, d FROM kept_auc_difference_result ORDER BY id},
	},
	{
		type => 'forecast_interval',
		make => q{CREATE TABLE kept_forecast_interval AS
			SELECT 1 AS id, renewal_forecast(i / 101.0, i * 0.25) AS f FROM generate_series(1, 100) AS i},
		ask => q{SELECT id, f FROM kept_forecast_interval ORDER BY id},
	},
	{
		type => 'bgnbd_model',
		make => q{CREATE TABLE kept_bgnbd_model AS
			SELECT 1 AS id, bgnbd_fit(i % 5, CASE WHEN i % 5 > 0 THEN i % 29 + 1 ELSE 0 END, 40) AS m FROM generate_series(1, 500) AS i},
		ask => q{SELECT id, m, bgnbd_alive(m, 2, 10, 40) FROM kept_bgnbd_model ORDER BY id},
	},
	{
		type => 'gamma_gamma_model',
		make => q{CREATE TABLE kept_gamma_gamma_model AS
			SELECT 1 AS id, gamma_gamma_fit(1 + i % 4, 10 + i % 37) AS m FROM generate_series(1, 500) AS i},
		ask => q{SELECT id, m, gamma_gamma_value(m, 2, 30) FROM kept_gamma_gamma_model ORDER BY id},
	},
	{
		type => 'sbg_model',
		make => q{CREATE TABLE kept_sbg_model AS
			SELECT 1 AS id, sbg_fit(1 + i % 6, i % 6 < i % 5) AS m FROM generate_series(1, 500) AS i},
		ask => q{SELECT id, m, sbg_survival(m, 3) FROM kept_sbg_model ORDER BY id},
	},
	{
		type => 'cox_model',
		make => q{CREATE TABLE kept_cox_model AS
			SELECT 1 AS id, cox_fit(1 + i * 31 % 97, i % 3 > 0, ARRAY[i % 11, i % 4]::float8[]) AS m FROM generate_series(1, 500) AS i},
		ask => q{SELECT id, m, cox_hazard_ratio(m, '{5,2}') FROM kept_cox_model ORDER BY id},
	},
	{
		type => 'activityentry',
		make => q{CREATE TABLE kept_activityentry AS
			SELECT 1 AS id, activity_agg(i % 70, date '2025-01-01' + i % 90)::activityentry AS e FROM generate_series(1, 2000) AS i},
		ask => q{SELECT id, e, (SELECT string_agg(c::text, ' ') FROM cohort_retention(e, e::activitysummary, 'month', '2025-01-01', '2025-07-01', '2025-06-30') AS c)
			FROM kept_activityentry ORDER BY id},
	},);

# store(node, database): makes chs and the tables, and fails if a type has none
sub store
{
	my ($node, $database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION chs');
	my %is_stored = map { $_->{type} => 1 } @stored;
	my @types = split /\n/, $node->safe_psql($database,
		q{SELECT typname FROM pg_type JOIN pg_depend ON objid = pg_type.oid AND classid = 'pg_type'::regclass
		  WHERE deptype = 'e' AND typtype IN ('b', 'c', 'd') AND typname NOT LIKE '\_%'
		    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs')});
	is(join(' ', sort grep { !$is_stored{$_} } @types), '', 'every type has an entry in @stored');
	$node->safe_psql($database, $_->{make}) for @stored;
	return;
}

1;
