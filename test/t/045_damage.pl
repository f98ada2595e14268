# Stored values whose bytes were damaged on disk: everything that takes such a
# value answers or refuses it (SQLSTATE class 22, or 54 for limits).  Nothing
# crashes, hangs, or asks for memory that no server has.
#
# 900 damaged values of each type go through every function and aggregate that
# takes the type, found in pg_proc.  CHS_SEED repeats a run or makes another.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $values = 900;
my $seed = $ENV{CHS_SEED} // 1;

my $node = PostgreSQL::Test::Cluster->new('damage');
$node->init;
$node->append_conf('postgresql.conf', q{
autovacuum = off
jit = off
fsync = off
lc_messages = 'C'
log_min_messages = fatal
log_min_error_statement = panic
statement_timeout = '3min'
max_parallel_workers_per_gather = 0
restart_after_crash = on
});
$node->start;
$node->safe_psql('postgres', qq{
	CREATE EXTENSION chs;
	CREATE FUNCTION test_damaged(anyelement, seed bigint) RETURNS anyelement
		AS '$ENV{CHS_TEST_MODULE}' LANGUAGE C STRICT});

# Values of each type as they are before the damage.  An aggregate without a
# final function stores the forms in which a state grows.
$node->safe_psql('postgres', q{
	CREATE AGGREGATE keep(boolean, float8[]) (SFUNC = logistic_fit_accum, STYPE = samplesummary);
	CREATE AGGREGATE growing(bigint, date) (SFUNC = activitysummary_accum, STYPE = activitysummary);
	CREATE AGGREGATE growing(bigint, date, date, numeric) (SFUNC = subscriptionsummary_accum, STYPE = subscriptionsummary);
	CREATE AGGREGATE growing(bigint, date, numeric) (SFUNC = purchasesummary_accum, STYPE = purchasesummary);
	CREATE AGGREGATE growing(date, date, text) (SFUNC = flowsummary_accum, STYPE = flowsummary, INITCOND = '1:AQA=');
	CREATE AGGREGATE growing(date, date, numeric, date) (SFUNC = paymentsummary_accum, STYPE = paymentsummary, INITCOND = '1:AQA=');
	CREATE AGGREGATE growing(text, float8, float8, float8, float8) (SFUNC = changesummary_accum, STYPE = changesummary, INITCOND = '1:AQAAAAA=');
	CREATE AGGREGATE growing(boolean, boolean, text) (SFUNC = effectsummary_accum, STYPE = effectsummary, INITCOND = '1:AQAAAAA=');
	CREATE AGGREGATE growing(date, date) (SFUNC = ticketsummary_accum, STYPE = ticketsummary);
	CREATE AGGREGATE growing(bigint, bigint, bigint, numeric) (SFUNC = survivalsummary_accum, STYPE = survivalsummary, INITCOND = '1:AQA=');
	CREATE TABLE original (type regtype, id serial, value text, PRIMARY KEY (type, id));
	INSERT INTO original (type, value) VALUES
		('ticketsummary', $$(SELECT ticket_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i) FROM generate_series(0, 50) i)$$),
		('ticketsummary', $$(SELECT ticket_agg('2024-12-31'::date + i, NULL) FROM generate_series(0, 400) i)$$),
		('ticketsummary', $$(SELECT growing('2024-12-31'::date + i, '2025-01-20'::date + 2 * i) FROM generate_series(0, 50) i)$$),
		('surveysummary', $$(SELECT survey_agg(i % 11) FROM generate_series(0, 50) i)$$),
		('surveysummary', $$(SELECT survey_agg(9) FROM generate_series(0, 50) i)$$),
		('ratiosummary', $$'1:37/100'$$),
		('ratiosummary', $$'1:0/0'$$),
		('flowsummary', $$(SELECT flow_agg('2024-12-31'::date + i, NULL, daterange('2025-01-01', '2025-07-01')) FROM generate_series(0, 50) i)$$),
		('flowsummary', $$(SELECT flow_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i, 'month') FROM generate_series(0, 50) i)$$),
		('flowsummary', $$(SELECT flow_agg('2024-12-31'::date + i, NULL, 'day') FROM generate_series(0, 400) i)$$),
		('flowsummary', $$(SELECT flow_agg('2024-12-31'::date + i, NULL, '{2025-01-01,2025-02-15,2025-04-01,2025-07-01}'::date[]) FROM generate_series(0, 50) i)$$),
		('flowsummary', $$(SELECT growing('2024-12-31'::date + i, '2025-01-20'::date + 2 * i, 'day') FROM generate_series(0, 50) i)$$),
		('paymentsummary', $$(SELECT payment_agg('2025-01-01'::date + 3 * i, CASE WHEN i % 3 > 0 THEN '2024-12-20'::date + 4 * i END, 100 + i, '2025-06-15') FROM generate_series(0, 50) i)$$),
		('paymentsummary', $$(SELECT payment_agg('2025-01-01'::date, '2025-02-01', -7.5, '2025-06-15'))$$),
		('paymentsummary', $$(SELECT growing('2025-01-01'::date + i, '2025-01-20'::date + 2 * i, i, '2025-06-15') FROM generate_series(0, 50) i)$$),
		('subscriptionsummary', $$(SELECT subscription_agg(i, '2024-12-31'::date + i % 70, '2025-03-20'::date + i % 90, 7 + i) FROM generate_series(1, 40) i)$$),
		('subscriptionsummary', $$(SELECT subscription_agg(i % 9, '2024-12-31'::date + i % 70, '2025-03-20'::date + i % 90, i * 1.25) FROM generate_series(1, 400) i)$$),
		('subscriptionsummary', $$(SELECT subscription_agg('only'::text, '2024-12-31', NULL, 5))$$),
		('subscriptionsummary', $$(SELECT growing(i % 20, '2024-12-31'::date + i % 70, '2025-03-20'::date + i % 90, 7) FROM generate_series(1, 40) i)$$),
		('activitysummary', $$(SELECT activity_agg(i % 7, '2024-12-31'::date + i) FROM generate_series(1, 50) i)$$),
		('activitysummary', $$(SELECT activity_agg(i % 40, '2024-12-31'::date + i % 170) FROM generate_series(0, 1999) i)$$),
		('activitysummary', $$(SELECT activity_agg('only'::text, '2025-02-03'::date))$$),
		('activitysummary', $$(SELECT growing(i % 20, '2024-12-31'::date + i) FROM generate_series(1, 40) i)$$),
		('purchasesummary', $$(SELECT purchase_agg(i % 7, '2024-12-31'::date + i, i * 1.25 - 9) FROM generate_series(1, 50) i)$$),
		('purchasesummary', $$(SELECT purchase_agg(i % 40, '2024-12-31'::date + i % 170, i) FROM generate_series(0, 1999) i)$$),
		('purchasesummary', $$(SELECT purchase_agg('only'::text, '2025-02-03'::date, 5))$$),
		('purchasesummary', $$(SELECT growing(i % 20, '2024-12-31'::date + i % 70, i * 0.001 - 0.01) FROM generate_series(1, 40) i)$$),
		('changesummary', $$(SELECT change_agg('segment ' || i, i, i % 7, 50 - i, i % 5) FROM generate_series(1, 50) i)$$),
		('changesummary', $$(SELECT growing(CASE WHEN i > 1 THEN 'segment ' || i END, i, i % 7, 50 - i, i % 5) FROM generate_series(1, 20) i)$$),
		('effectsummary', $$(SELECT effect_agg(i % 3 = 0, i % 5 = 0, (i % 4)::text) FROM generate_series(1, 50) i)$$),
		('effectsummary', $$(SELECT growing(i % 3 = 0, i % 5 = 0, i::text) FROM generate_series(1, 50) i)$$),
		('samplesummary', $$(SELECT keep(i % 3 = 0, ARRAY[i % 7, i % 5]) FROM generate_series(1, 60) i)$$),
		('samplesummary', $$(SELECT keep(i % 3 = 0, ARRAY[nullif(i % 7, 0)]) FROM generate_series(1, 9) i)$$),
		('survivalsummary', $$(SELECT survival_agg(i % 7, 9 + i % 5, i % 3) FROM generate_series(1, 50) i)$$),
		('survivalsummary', $$(SELECT survival_agg(5 * i, i % 4 > 0, i * 1.25) FROM generate_series(1, 50) i)$$),
		('survivalsummary', $$(SELECT growing(i % 7, 9 + i, i % 3, i * 1.25) FROM generate_series(1, 50) i)$$),
		('forecastsummary', $$(SELECT forecast_agg(i / 101.0, i * 0.25) FROM generate_series(1, 60) i)$$),
		('warningsummary', $$(SELECT warning_agg(i % 9, '2024-12-31'::date + i % 90, i % 101, CASE WHEN i % 9 < 3 THEN '2025-05-01'::date + i % 9 END) FROM generate_series(1, 300) i)$$),
		('warningsummary', $$(SELECT warning_agg('only'::text, '2025-02-03'::date, 40, NULL))$$),
		('profilesummary', $$(SELECT health_profile('{"signals": [{"name": "usage", "worst": 0, "best": 10}, {"name": "nps", "worst": 0, "best": 9}]}', r) FROM (SELECT i % 11 AS usage, nullif(i % 10, 3) AS nps FROM generate_series(1, 50) i) AS r)$$),
		('validationsummary', $$(SELECT validation_agg(i % 11, i % 3 = 0) FROM generate_series(1, 50) i)$$),
		('healthmodel', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'$$),
		('healthmodel', $$'{"title": "all of it", "min_coverage": 20, "signals": [
			{"name": "usage", "curve": [[0, 0], [5, 80], [9, 100]], "weight": 3, "group": "product", "at": "seen", "half_life_days": 90},
			{"name": "nps", "steps": [[0, 0], [7, 50], [9, 100]], "missing": "worst", "group": "voice", "label": "NPS", "action": "call"},
			{"name": "mood", "values": {"angry": 0, "fine": 60, "glad": 100}, "group": "voice"}],
			"groups": {"product": {"weight": 2}, "voice": {"weight": 1}},
			"caps": [{"signal": "usage", "below": 1, "score": 40, "reason": "unused"}],
			"bands": [{"name": "red", "from": 0, "color": "#f00"}, {"name": "green", "from": 60}]}'$$),
		('businesshours', $$'{"timezone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}'$$),
		('businesshours', $$'{"timezone": "Europe/Warsaw", "week": {"fri": [["09:00", "12:00"], ["12:30", "17:00"]], "sat": [["00:00", "24:00"]]}, "holidays": ["2025-03-02", {"day": "2025-02-28", "hours": [["09:00", "10:00"], ["11:00", "12:00"]]}],
			"versions": [{"from": "2025-02-01", "week": {"sat": [["10:00", "14:00"]]}}, {"from": "2025-05-01", "week": {}}]}'$$),
		('healthmodel', $$'{"method": "points", "base": 50, "signals": [{"name": "usage", "points": 2, "max": 10}, {"name": "nps", "points": -3, "min": -20}]}'$$)});

# An argument that is no damaged value: by name and type, or by type.
$node->safe_psql('postgres', q{
	CREATE TABLE argument (name text, type text, value text, PRIMARY KEY (name, type));
	INSERT INTO argument VALUES
		('', 'ratiosummary', $$'1:37/100'$$), ('', 'businesshours', $$'{"timezone": "Europe/Warsaw", "week": {"mon": [["09:00", "17:00"]], "sat": [["09:00", "12:00"]]}}'$$),
		('bucket', 'text', $$'month'$$), ('timezone', 'text', $$'Europe/Warsaw'$$), ('zone', 'text', $$'Europe/Warsaw'$$), ('', 'text', $$'ana'$$),
		('penalty', 'text', $$'firth'$$), ('prior', 'text', $$'expert'$$), ('variant', 'text', $$'mbg'$$),
		('from_day', 'date', $$'2025-01-01'$$), ('to_day', 'date', $$'2025-07-01'$$), ('as_of', 'date', $$'2025-06-15'$$),
		('started', 'date', $$'2025-02-01'$$), ('ended', 'date', $$'2025-05-01'$$), ('', 'date', $$'2025-03-01'$$),
		('days', 'integer[]', $$'{0,1,30}'$$), ('', 'integer[]', $$'{0,1,30}'$$), ('', 'bigint[]', $$'{1,7,30}'$$),
		('', 'date[]', $$'{2025-01-01,2025-02-15,2025-07-01}'$$), ('', 'daterange', $$'[2025-01-01,2025-07-01)'$$),
		('due', 'date', $$'2025-02-01'$$), ('', 'bigint', '7'), ('', 'integer', '7'), ('', 'numeric', '7'), ('', 'double precision', '7'), ('', 'boolean', 'true'),
		('', 'uuid', $$'00000000-0000-0000-0000-000000000001'$$), ('', 'double precision[]', $$'{5,6,7}'$$), ('', '"any"', '6::float8'),
		('from_time', 'timestamp with time zone', $$'2025-02-26 10:00+00'$$), ('', 'tstzmultirange', $$'{[2025-02-26 10:00+00,2025-03-01 10:00+00)}'$$), ('', 'interval', $$'3 hours'$$),
		('', 'timestamp without time zone', $$'2025-03-01 10:00'$$), ('', 'timestamp with time zone', $$'2025-03-01 10:00+00'$$),
		('', 'bgnbd_model', $$ROW('bg', 7, 0.243, 4.414, 0.793, 2.426, NULL, NULL, -9582.4, 2357, 9, 'converged')::bgnbd_model$$),
		('', 'samplesummary', 'NULL'), ('', 'profilesummary', $$'1:AQAAAAAAAAAAAAAAAAAAAAAAAAAA'$$), ('', 'validationsummary', $$(SELECT validation_agg(i % 11, i % 3 = 0) FROM generate_series(1, 50) i)$$),
		('', 'healthmodel', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'$$),
		('', 'activityentry', $$(SELECT activity_agg(i % 9, '2024-12-31'::date + i) FROM generate_series(1, 50) i)$$),
		('', 'jsonb', $$'{"usage": 5, "seen": "2025-05-01", "nps": 8, "mood": "fine"}'$$),
		('', 'record', $$(SELECT r FROM (SELECT 5::float8 AS usage, '2025-05-01'::date AS seen, 8 AS nps, 'fine'::text AS mood) AS r)$$)});

# The calls of every routine that takes a type: v is damaged in one of its
# arguments of that type, w is whole.
$node->safe_psql('postgres', q{
	CREATE VIEW call AS
		SELECT t.type, r.oid::regprocedure AS routine, damaged,
			   format('SELECT %s(%s)%s', r.proname,
					  string_agg(CASE WHEN a.type <> t.type THEN
									   coalesce((SELECT CASE WHEN a.type::regtype::text = '"any"' OR a.type = 'record'::regtype THEN value
															 ELSE value || '::' || a.type::regtype END
												   FROM argument x WHERE x.type = a.type::regtype::text AND x.name IN (a.name, '')
												  ORDER BY x.name DESC LIMIT 1), 'no_argument_' || coalesce(a.name, '') || a.type::regtype)
									  WHEN a.n = damaged THEN 'v' ELSE 'w' END, ', ' ORDER BY a.n),
					  CASE r.prokind WHEN 'w' THEN ' OVER ()' ELSE '' END) AS query
		  FROM (SELECT DISTINCT type FROM original) AS t
		  JOIN pg_proc r ON t.type = ANY (r.proargtypes)
		  JOIN LATERAL (SELECT u.n, u.type, coalesce(r.proargnames[u.n], '') AS name
						  FROM unnest(r.proargtypes::oid[]) WITH ORDINALITY AS u(type, n)) AS a ON true
		  JOIN LATERAL (SELECT n AS damaged FROM unnest(r.proargtypes::oid[]) WITH ORDINALITY AS u(type, n) WHERE u.type = t.type) AS d ON true
		 WHERE r.oid IN (SELECT objid FROM pg_depend WHERE classid = 'pg_proc'::regclass AND refclassid = 'pg_extension'::regclass
							AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs'))
		   AND a.n <= r.pronargs - r.pronargdefaults
		 GROUP BY t.type, r.oid, r.proname, r.prokind, damaged HAVING bool_or(a.n = damaged)
		UNION ALL
		SELECT type, NULL, 1, query FROM (SELECT DISTINCT type FROM original) AS t, (VALUES
			('SELECT v::text'), ('SELECT record_send(ROW(v))'), ('SELECT ROW(v, w) < ROW(w, v)'),
			('SELECT (SELECT array_agg(DISTINCT x) FROM (VALUES (v), (w), (v)) AS y(x))')) AS q(query)});
is($node->safe_psql('postgres', q{SELECT DISTINCT query FROM call WHERE query ~ 'no_argument_'}), '',
	'there is an argument of every type');

# How each call of each damaged value ends, counted by SQLSTATE.  The table
# says which call of which value was the last, should the server crash.
$node->safe_psql('postgres', q{
	CREATE FUNCTION outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		EXECUTE query;
		RETURN '00000';
	EXCEPTION WHEN OTHERS THEN
		RETURN SQLSTATE || CASE WHEN SQLSTATE ~ '^(22|54)' THEN '' ELSE ' ' || SQLERRM END;
	END $$});

sub damage
{
	my ($type) = @_;
	$node->safe_psql('postgres', qq{
		CREATE TABLE damaged (id int PRIMARY KEY, v $type, w $type);
		DO \$do\$
		DECLARE o record; n int := (SELECT count(*) FROM original WHERE type = '$type'::regtype); k int := 0;
		BEGIN
			FOR o IN SELECT value, lead(value, 1, first) OVER (ORDER BY id) AS next
					   FROM (SELECT *, first_value(value) OVER (ORDER BY id) AS first FROM original WHERE type = '$type'::regtype) AS x
			LOOP
				EXECUTE format('INSERT INTO damaged SELECT i, test_damaged(%s::$type, %s + i), %s::$type FROM generate_series(%s, $values, %s) AS i',
							   o.value, $seed * 1000003, o.next, k + 1, n);
				k := k + 1;
			END LOOP;
		END \$do\$});
}

for my $type (split /\n/, $node->safe_psql('postgres', 'SELECT DISTINCT type::text FROM original ORDER BY 1 DESC'))
{
	damage($type);
	is($node->safe_psql('postgres', 'SELECT count(*) FROM damaged'), $values, "$type: $values damaged values");
	my ($status, $out, $err) = $node->psql('postgres', qq{
		SELECT state, count(*), min(id) || ': ' || min(query) FROM (
			SELECT outcome(query || ' FROM (SELECT v, w FROM damaged WHERE id = ' || id || ') AS damaged') AS state, id, query
			  FROM damaged, call WHERE type = '$type'::regtype OFFSET 0) AS x
		 GROUP BY state ORDER BY state});
	is($status, 0, "$type: the server lives") or diag($err);
	my ($answers) = $out =~ /^00000\|(\d+)/m;
	my ($refusals) = (0);
	$refusals += $1 while $out =~ /^(?:22|54)\w{3}\|(\d+)/mg;
	ok($answers && $refusals, "$type: " . ($answers // 0) . " answers, $refusals refusals");
	is(join("\n", grep { !/^(00|22|54)/ } split /\n/, $out), '', "$type: no other error");
	$node->poll_query_until('postgres', 'SELECT true');
	$node->safe_psql('postgres', 'DROP TABLE damaged');
}

unlike(slurp_file($node->logfile), qr/terminated by signal|PANIC|TRAP/, 'nothing crashed');
$node->stop;
done_testing();
