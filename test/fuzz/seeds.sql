-- What fuzz_inputs begins with: real values, as text and in binary form.
--
-- The tables kept_TYPE are made by test/lib/ChsStored.pm.  Here come values that
-- have more of what their type can hold, and forms in which a state grows.
\set QUIET on
\set ON_ERROR_STOP on

CREATE TABLE seed_healthmodel AS SELECT m::healthmodel AS v FROM (VALUES
	('{"title": "all of it", "min_coverage": 20, "signals": [
		{"name": "usage", "curve": [[0, 0], [5, 80], [9, 100]], "weight": 3, "group": "product", "at": "seen", "half_life_days": 90, "expires_after_days": 400},
		{"name": "nps", "steps": [[0, 0], [7, 50], [9, 100]], "missing": "worst", "group": "voice", "label": "NPS", "action": "call"},
		{"name": "mood", "values": {"angry": 0, "fine": 60, "glad": 100}, "group": "voice"}],
		"groups": {"product": {"weight": 2}, "voice": {"weight": 1}},
		"caps": [{"signal": "usage", "below": 1, "score": 40, "reason": "unused"}],
		"bands": [{"name": "red", "from": 0, "color": "#f00"}, {"name": "green", "from": 60}]}'),
	('{"method": "points", "base": 50, "signals": [{"name": "usage", "points": 2, "max": 10}, {"name": "nps", "points": -3, "min": -20}]}'),
	('{"signals": [{"name": "a", "worst": 60, "best": 0, "missing": "neutral"}, {"name": "\u00fc \"b\"", "worst": -1e-3, "best": 1.5e10, "missing": "skip"}], "missing": "worst"}')) AS x(m);

CREATE TABLE seed_businesshours AS SELECT c::businesshours AS v FROM (VALUES
	('{"timezone": "UTC", "week": {"mon": [["09:00", "17:00"]]}}'),
	('{"timezone": "Europe/Warsaw", "week": {"fri": [["09:00", "12:00"], ["12:30", "17:00"]], "sat": [["00:00", "24:00"]]},
		"holidays": ["2025-03-02", {"day": "2025-02-28", "hours": [["09:00", "10:00"], ["11:00", "12:00"]]}],
		"versions": [{"from": "2025-02-01", "week": {"sat": [["10:00", "14:00"]]}}, {"from": "2025-05-01", "week": {}}]}')) AS x(c);

CREATE TABLE seed_activitysummary AS SELECT v::activitysummary FROM (VALUES
	((SELECT activity_agg(i % 7, '2024-12-31'::date + i) FROM generate_series(1, 50) AS i)),
	((SELECT activity_agg(i % 3, '2024-12-31'::date + i % 170) FROM generate_series(0, 900) AS i)),
	((SELECT activity_agg('only'::text, d::date) FROM unnest('{4714-11-24 BC,5874897-12-31}'::date[]) AS d))) AS x(v);
CREATE TABLE seed_subscriptionsummary AS SELECT v::subscriptionsummary FROM (VALUES
	((SELECT subscription_agg(i % 9, '2024-12-31'::date + i % 70, '2025-03-20'::date + i % 90, i * 1.25) FROM generate_series(1, 60) AS i)),
	((SELECT subscription_agg(i, '2024-12-31'::date + i, NULL, 7.000001 * i) FROM generate_series(1, 5) AS i))) AS x(v);
CREATE TABLE seed_purchasesummary AS SELECT v::purchasesummary FROM (VALUES
	((SELECT purchase_agg(i % 7, '2024-12-31'::date + i, i * 1.25 - 9) FROM generate_series(1, 50) AS i)),
	((SELECT purchase_agg('only'::text, '2025-02-03'::date, 90000000000)))) AS x(v);
CREATE TABLE seed_warningsummary AS SELECT v::warningsummary FROM (VALUES
	((SELECT warning_agg(i % 5, '2024-12-31'::date + i, i % 101, CASE WHEN i % 5 < 2 THEN '2025-05-01'::date END) FROM generate_series(1, 60) AS i))) AS x(v);
CREATE TABLE seed_flowsummary AS SELECT v::flowsummary FROM (VALUES
	((SELECT flow_agg('2024-12-31'::date + i, NULL, '{2025-01-01,2025-02-15,2025-04-01,2025-07-01}'::date[]) FROM generate_series(0, 50) AS i)),
	((SELECT flow_agg('2024-12-31'::date + i, '2025-01-20'::date + 2 * i, 'month') FROM generate_series(0, 50) AS i))) AS x(v);
CREATE TABLE seed_ticketsummary AS SELECT ticket_agg('2025-01-01'::date + i, CASE WHEN i < 4 THEN '2025-01-20'::date + 2 * i END) AS v FROM generate_series(1, 5) AS i;
CREATE TABLE seed_survivalsummary AS SELECT v::survivalsummary FROM (VALUES
	((SELECT survival_agg(5 * i, i % 2 > 0) FROM generate_series(1, 4) AS i)),
	((SELECT survival_agg(i % 3, 9 + i, i % 3, i * 0.25) FROM generate_series(1, 5) AS i))) AS x(v);
CREATE TABLE seed_forecastsummary AS SELECT forecast_agg(i / 4.0, i * 2.5) AS v FROM generate_series(0, 4) AS i;
CREATE TABLE seed_validationsummary AS SELECT validation_agg(i * 12.5, i % 3 = 0) AS v FROM generate_series(1, 6) AS i;
CREATE TABLE seed_paymentsummary AS SELECT payment_agg('2025-01-01'::date + 3 * i, CASE WHEN i % 3 > 0 THEN '2024-12-20'::date + 4 * i END, 100 - 30 * i, '2025-06-15') AS v
  FROM generate_series(0, 6) AS i;

-- type, table and column of every value that was made
CREATE TABLE found AS
	SELECT t.typname::text AS type, c.relname::text AS name, a.attname::text AS col
	  FROM pg_type AS t JOIN pg_attribute AS a ON a.atttypid = t.oid JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind = 'r'
	 WHERE t.typinput::regproc::text = t.typname || '_in' AND c.relname ~ '^(kept|seed)_';
SELECT format('CREATE TABLE seeds AS %s', string_agg(format(
	'SELECT %1$L AS type, form, bytes FROM %2$I, LATERAL (VALUES (''in'', convert_to(%3$I::text, ''UTF8'')), (''recv'', %4$I(%3$I))) AS f(form, bytes)
	  WHERE octet_length(bytes) < 20000', type, name, col, type || '_send'), ' UNION ')) FROM found \gexec

-- every type has one of each form
SELECT format('\echo no seed of %s', typname) FROM pg_type
 WHERE typinput::regproc::text = typname || '_in' AND oid IN (SELECT objid FROM pg_depend WHERE deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'chs'))
   AND (SELECT count(DISTINCT form) FROM seeds WHERE type = typname) < 2;
