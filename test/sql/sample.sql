-- The two sample companies: the same rows everywhere, everything in them that
-- the functions need, nothing known before its day, and signals that foretell
-- who leaves.  Loaded in a far zone and with parallel plans forced, for neither
-- may change a row.
\getenv abs_srcdir PG_ABS_SRCDIR
\set saas :abs_srcdir '/../examples/saas.sql'
\set shop :abs_srcdir '/../examples/shop.sql'
\set models :abs_srcdir '/../examples/models.sql'
\set health :abs_srcdir '/../examples/health.sql'
\set worklists :abs_srcdir '/../examples/worklists.sql'
\set reports :abs_srcdir '/../examples/reports.sql'
SET jit = off;                   -- many short queries
SET TimeZone = 'Pacific/Auckland';
SET DateStyle = 'SQL, DMY';
SET max_parallel_workers_per_gather = 4;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
\set ECHO none
\i :saas
\i :shop
\i :models
\set ECHO all
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

-- Rows and a checksum of each table that does not depend on the order of rows.
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = 'postgres';
SELECT string_agg(format('SELECT %L AS company, %L AS table_name, count(*) AS rows,'
                         ' sum((''x'' || left(md5(t::text), 8))::bit(32)::bigint) AS checksum FROM %I.%I t',
                         schemaname, tablename, schemaname, tablename),
                  ' UNION ALL ' ORDER BY schemaname, tablename) AS checksums
FROM pg_tables WHERE schemaname IN ('saas', 'shop') \gset
SELECT * FROM (:checksums) c ORDER BY company COLLATE "C", table_name COLLATE "C";

-- Paying customers, monthly churn of customers and MRR in EUR, by half-year.
WITH months AS (
    SELECT m::date AS from_day, (m + interval '1 month')::date AS to_day
    FROM generate_series(timestamp '2024-01-01', '2026-06-01', interval '1 month') m
), open AS (
    SELECT m.from_day, s.customer_id, sum(s.mrr * r.to_eur) AS mrr,
           NOT EXISTS (SELECT FROM saas.subscriptions n
                       WHERE n.customer_id = s.customer_id AND n.mrr > 0
                         AND n.started < m.to_day AND (n.ended IS NULL OR n.ended >= m.to_day)) AS lost
    FROM months m
    JOIN saas.subscriptions s ON s.mrr > 0 AND s.started < m.from_day AND (s.ended IS NULL OR s.ended >= m.from_day)
    JOIN saas.reporting_rates r USING (currency)
    GROUP BY m.from_day, m.to_day, s.customer_id
), monthly AS (
    SELECT from_day, count(*) AS customers, sum(mrr) AS mrr, 100.0 * avg(lost::int) AS churn
    FROM open GROUP BY from_day
)
SELECT min(from_day) AS half_year, (array_agg(customers ORDER BY from_day))[1] AS customers,
       round((array_agg(mrr ORDER BY from_day))[1]) AS mrr,
       round(min(churn), 2) AS least_churn, round(avg(churn), 2) AS mean_churn, round(max(churn), 2) AS most_churn
FROM monthly
GROUP BY extract(year FROM from_day), (extract(month FROM from_day) - 1)::int / 6
ORDER BY 1;

-- What the other functions will look for is there.
SELECT what, n, n > 0 AS found
FROM (
    SELECT 1 AS o, 'annual terms', count(*) FROM saas.subscriptions WHERE billing = 'annual'
    UNION ALL SELECT 2, 'trial months at 0', count(*) FROM saas.subscriptions WHERE plan = 'trial' AND mrr = 0
    UNION ALL SELECT 3, 'free plans at 0', count(*) FROM saas.subscriptions WHERE plan = 'free' AND mrr = 0
    UNION ALL SELECT 4, 'from free or trial to paid on the same day', count(*) FROM saas.subscriptions a
        JOIN saas.subscriptions b ON b.customer_id = a.customer_id AND b.started = a.ended AND a.mrr = 0 AND b.mrr > 0
    UNION ALL SELECT 5, 'from paid to free', count(*) FROM saas.subscriptions a
        JOIN saas.subscriptions b ON b.customer_id = a.customer_id AND b.started = a.ended AND a.mrr > 0 AND b.plan = 'free'
    UNION ALL SELECT 6, 'upgrades', count(*) FROM saas.subscriptions a
        JOIN saas.subscriptions b ON b.customer_id = a.customer_id AND b.started = a.ended AND b.mrr > a.mrr AND a.mrr > 0
    UNION ALL SELECT 7, 'downgrades', count(*) FROM saas.subscriptions a
        JOIN saas.subscriptions b ON b.customer_id = a.customer_id AND b.started = a.ended AND b.mrr < a.mrr AND b.mrr > 0
    UNION ALL SELECT 8, 'overlapping contracts', count(*) FROM saas.subscriptions a
        JOIN saas.subscriptions b ON b.customer_id = a.customer_id AND b.id > a.id AND b.started < coalesce(a.ended, 'infinity')
    UNION ALL SELECT 9, 're-activations after a gap', count(*) FROM saas.subscriptions a
        WHERE a.mrr > 0 AND EXISTS (SELECT FROM saas.subscriptions b WHERE b.customer_id = a.customer_id AND b.ended < a.started AND b.mrr > 0)
          AND NOT EXISTS (SELECT FROM saas.subscriptions b
                          WHERE b.customer_id = a.customer_id AND b.id <> a.id AND b.started < a.started AND coalesce(b.ended, 'infinity') >= a.started)
    UNION ALL SELECT 10, 'renewals due', count(*) FROM saas.renewals
    UNION ALL SELECT 11, 'renewals not taken', count(*) FROM saas.renewals WHERE NOT renewed
    UNION ALL SELECT 12, 'customers in USD', count(*) FROM saas.customers WHERE currency = 'USD'
    UNION ALL SELECT 13, 'customers without telemetry', count(*) FROM saas.customers WHERE NOT telemetry
    UNION ALL SELECT 14, 'sessions within ten minutes of midnight in Warsaw', count(*) FROM saas.sessions
        WHERE (started_at AT TIME ZONE 'Europe/Warsaw')::time NOT BETWEEN '00:10' AND '23:50'
    UNION ALL SELECT 15, 'sessions recorded a day late or more', count(*) FROM saas.sessions WHERE recorded_at >= started_at + interval '1 day'
    UNION ALL SELECT 16, 'survey answers recorded late', count(*) FROM saas.surveys WHERE (recorded_at AT TIME ZONE 'Europe/Warsaw')::date > answered_on
    UNION ALL SELECT 17, 'people who answered NPS more than once', count(*) FROM
        (SELECT FROM saas.surveys WHERE kind = 'nps' GROUP BY user_id HAVING count(*) > 1) t
    UNION ALL SELECT 18, 'detractors', count(*) FROM saas.surveys WHERE kind = 'nps' AND answer <= 6
    UNION ALL SELECT 19, 'promoters', count(*) FROM saas.surveys WHERE kind = 'nps' AND answer >= 9
    UNION ALL SELECT 20, 'open tickets', count(*) FROM saas.tickets WHERE resolved IS NULL
    UNION ALL SELECT 21, 'tickets with several contacts', count(DISTINCT ticket_id) FROM saas.ticket_contacts WHERE contact > 1
    UNION ALL SELECT 22, 'invoices paid late', count(*) FROM saas.invoices WHERE paid > due
    UNION ALL SELECT 23, 'invoices overdue on the last day', count(*) FROM saas.invoices WHERE paid IS NULL AND due < saas.last_day()
    UNION ALL SELECT 24, 'churns without a reason', count(*) FROM saas.churn_reasons WHERE reason IS NULL
    UNION ALL SELECT 25, 'merged accounts', count(*) FROM saas.merged_accounts
    UNION ALL SELECT 26, 'orders near midnight in Warsaw', count(*) FROM shop.orders
        WHERE (ordered_at AT TIME ZONE 'Europe/Warsaw')::time NOT BETWEEN '00:10' AND '23:50'
    UNION ALL SELECT 27, 'orders typed in later', count(*) FROM shop.orders WHERE recorded_at > ordered_at + interval '1 hour'
    UNION ALL SELECT 28, 'refunds', count(*) FROM shop.purchases WHERE amount < 0
    UNION ALL SELECT 29, 'registered, never bought', count(*) FROM shop.customers c
        WHERE NOT EXISTS (SELECT FROM shop.orders o WHERE o.customer_id = c.id)
    UNION ALL SELECT 30, 'newsletter subscriptions ended', count(*) FROM shop.newsletters WHERE unsubscribed
) t(o, what, n)
ORDER BY o;
SELECT kind, count(*), count(answer) AS numbers, count(answer_text) AS texts, min(answer), max(answer)
FROM saas.surveys GROUP BY kind ORDER BY kind COLLATE "C";
SELECT channel, count(*) FROM saas.ticket_contacts GROUP BY channel ORDER BY channel COLLATE "C";

-- Things that must not be.
SELECT count(*) FILTER (WHERE ended <= started) AS empty_contracts, count(*) FILTER (WHERE mrr < 0) AS negative,
       count(*) FILTER (WHERE mrr = 0 AND plan NOT IN ('free', 'trial')) AS paid_at_zero
FROM saas.subscriptions;
SELECT count(*) AS overlapping_stages
FROM saas.stage_history a JOIN saas.stage_history b USING (customer_id)
WHERE b.entered > a.entered AND b.entered < coalesce(a.left_on, 'infinity');
SELECT count(*) AS sessions_of_unknown_users FROM saas.sessions s
WHERE NOT EXISTS (SELECT FROM saas.users u WHERE u.id = s.user_id AND u.customer_id = s.customer_id);
SELECT (SELECT count(*) FROM saas.tickets WHERE resolved < first_reply OR first_reply < opened) AS tickets_backwards,
       (SELECT count(*) FROM saas.invoices WHERE due < issued OR paid < issued) AS invoices_backwards,
       (SELECT count(*) FROM saas.sessions WHERE recorded_at >= saas.end_of(saas.last_day()) OR started_at < saas.end_of(saas.first_day() - 1)) AS outside;
SELECT count(*) = count(DISTINCT name) AS names_are_unique FROM saas.customers;

-- One row per customer, every column with values, and with gaps where gaps belong.
SELECT count(*) AS rows, count(DISTINCT customer_id) AS customers, count(DISTINCT as_of) AS days,
       count(*) FILTER (WHERE mrr = 0) AS not_paying, sum(mrr) AS mrr FROM saas.customer_signals;
SELECT key, count(*) FILTER (WHERE value <> 'null') AS known, count(*) FILTER (WHERE value = 'null') AS unknown,
       round(avg(value::text::numeric) FILTER (WHERE jsonb_typeof(value) = 'number'), 3) AS mean
FROM saas.customer_signals s, jsonb_each(to_jsonb(s)) GROUP BY key ORDER BY key COLLATE "C";
SELECT count(*) AS rows, count(DISTINCT customer_id) AS customers, sum(revenue_365d) AS revenue FROM shop.customer_signals;
SELECT key, count(*) FILTER (WHERE value <> 'null') AS known, count(*) FILTER (WHERE value = 'null') AS unknown,
       round(avg(value::text::numeric) FILTER (WHERE jsonb_typeof(value) = 'number'), 3) AS mean
FROM shop.customer_signals s, jsonb_each(to_jsonb(s)) GROUP BY key ORDER BY key COLLATE "C";

-- The merged account has gone, and its past counts for the survivor.
SELECT m.merged_on, before.customer_id, before.tickets_90d, before.mrr > 0 AS pays
FROM saas.merged_accounts m, LATERAL saas.customer_signals(m.merged_on - 1) before
WHERE before.customer_id IN (m.customer_id, m.merged_into) ORDER BY 2;
SELECT m.merged_on, after.customer_id, after.tickets_90d, after.mrr > 0 AS pays
FROM saas.merged_accounts m, LATERAL saas.customer_signals(m.merged_on) after
WHERE after.customer_id IN (m.customer_id, m.merged_into) ORDER BY 2;

-- A past day is scored from what was known then: take away all that was not,
-- and the signals of that day stay as they were.
CREATE TEMP TABLE then_saas AS SELECT * FROM saas.customer_signals('2025-06-30');
CREATE TEMP TABLE then_shop AS SELECT * FROM shop.customer_signals('2025-06-30');
BEGIN;
-- an order typed in late may have its refund before it; its key is not the point here
ALTER TABLE shop.refunds DROP CONSTRAINT refunds_order_id_fkey;
ALTER TABLE shop.opinions DROP CONSTRAINT opinions_order_id_fkey;
ALTER TABLE shop.complaints DROP CONSTRAINT complaints_order_id_fkey;
DELETE FROM saas.sessions WHERE recorded_at >= saas.end_of('2025-06-30');
DELETE FROM saas.feature_use WHERE recorded_at >= saas.end_of('2025-06-30');
DELETE FROM saas.surveys WHERE recorded_at >= saas.end_of('2025-06-30');
DELETE FROM saas.ticket_contacts WHERE contacted_at >= saas.end_of('2025-06-30')
    OR ticket_id IN (SELECT id FROM saas.tickets WHERE recorded_at >= saas.end_of('2025-06-30'));
DELETE FROM saas.tickets WHERE recorded_at >= saas.end_of('2025-06-30');
UPDATE saas.tickets SET resolved = NULL WHERE resolved >= saas.end_of('2025-06-30');
DELETE FROM saas.reminders WHERE sent_on > '2025-06-30';
DELETE FROM saas.invoices WHERE issued > '2025-06-30';
UPDATE saas.invoices SET paid = NULL WHERE paid > '2025-06-30';
DELETE FROM saas.subscriptions WHERE started > '2025-06-30';
UPDATE saas.subscriptions SET ended = NULL WHERE ended > '2025-06-30';
DELETE FROM saas.stage_history WHERE entered > '2025-06-30';
UPDATE saas.stage_history SET left_on = NULL WHERE left_on > '2025-06-30';
DELETE FROM saas.seats WHERE counted_on > '2025-06-30';
DELETE FROM saas.users WHERE created_on > '2025-06-30';
DELETE FROM saas.advocacy WHERE recorded_at >= saas.end_of('2025-06-30');
DELETE FROM saas.roi_reports WHERE reported_on > '2025-06-30';
DELETE FROM saas.merged_accounts WHERE merged_on > '2025-06-30';
DELETE FROM shop.orders WHERE recorded_at >= shop.end_of('2025-06-30');
DELETE FROM shop.refunds WHERE refunded_at >= shop.end_of('2025-06-30');
DELETE FROM shop.visits WHERE recorded_at >= shop.end_of('2025-06-30');
DELETE FROM shop.newsletters WHERE sent_on > '2025-06-30';
DELETE FROM shop.opinions WHERE recorded_at >= shop.end_of('2025-06-30');
DELETE FROM shop.complaints WHERE opened_at >= shop.end_of('2025-06-30');
UPDATE shop.complaints SET resolved_at = NULL WHERE resolved_at >= shop.end_of('2025-06-30');
DELETE FROM shop.recommendations WHERE day > '2025-06-30';
SELECT count(*) AS rows, (SELECT count(*) FROM (SELECT * FROM then_saas EXCEPT SELECT * FROM saas.customer_signals('2025-06-30')) d) AS changed FROM then_saas;
SELECT count(*) AS rows, (SELECT count(*) FROM (SELECT * FROM then_shop EXCEPT SELECT * FROM shop.customer_signals('2025-06-30')) d) AS changed FROM then_shop;
ROLLBACK;

-- The signals do not depend on the session either.
SET TimeZone = 'Pacific/Auckland';
SET max_parallel_workers_per_gather = 4;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT count(*) AS changed FROM (SELECT * FROM then_saas EXCEPT SELECT * FROM saas.customer_signals('2025-06-30')) d;
SELECT count(*) AS changed FROM (SELECT * FROM then_shop EXCEPT SELECT * FROM shop.customer_signals('2025-06-30')) d;
RESET max_parallel_workers_per_gather;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET TimeZone;
RESET DateStyle;

-- The models as a plain query.  Every numeric rule is cut into straight pieces
-- (from x0 up to, not including, x1: y0 + slope * (x - x0)), then comes the
-- weighted mean or the sum of points, floors and caps.
CREATE TEMP TABLE models AS
SELECT id, stage, model FROM saas.health_models UNION ALL SELECT id, stage, model FROM shop.health_models;
CREATE TEMP TABLE rules AS
SELECT m.id, r.nr, r.rule, r.rule ->> 'name' AS name, r.rule ->> 'group' AS grp,
       coalesce((r.rule ->> 'weight')::float8, 1) AS w,
       coalesce(r.rule ->> 'missing', m.model ->> 'missing', 'skip') AS missing,
       CASE WHEN m.model ? 'groups' THEN (m.model -> 'groups' -> (r.rule ->> 'group') ->> 'weight')::float8 END AS group_weight
FROM models m, jsonb_array_elements(m.model -> 'signals') WITH ORDINALITY r(rule, nr);
CREATE TEMP TABLE pieces AS
WITH knots AS (
    SELECT id, nr, (p ->> 0)::float8 AS x, (p ->> 1)::float8 AS y, rule ? 'steps' AS flat
    FROM rules, jsonb_array_elements(CASE WHEN rule ? 'curve' THEN rule -> 'curve' ELSE rule -> 'steps' END) p
    UNION ALL SELECT id, nr, (rule ->> 'worst')::float8, 0, false FROM rules WHERE rule ? 'worst'
    UNION ALL SELECT id, nr, (rule ->> 'best')::float8, 100, false FROM rules WHERE rule ? 'best'
), ends AS (
    SELECT *, lead(x) OVER w AS next_x, lead(y) OVER w AS next_y, lag(x) OVER w AS last_x
    FROM knots WINDOW w AS (PARTITION BY id, nr ORDER BY x)
)
SELECT id, nr, x AS x0, coalesce(next_x, 'infinity') AS x1, y AS y0,
       CASE WHEN flat OR next_x IS NULL THEN 0 ELSE (next_y - y) / (next_x - x) END AS slope FROM ends
UNION ALL
SELECT id, nr, -1e9, x, y, 0 FROM ends WHERE last_x IS NULL;
ANALYZE rules;
ANALYZE pieces;
CREATE TEMP TABLE snapshot AS
SELECT 'saas' AS company, m.id, s.customer_id AS customer, s.as_of, s.mrr AS money, to_jsonb(s) AS signals,
       NOT EXISTS (SELECT FROM saas.subscriptions n WHERE n.customer_id = s.customer_id AND n.mrr > 0
                   AND n.started <= s.as_of + 90 AND (n.ended IS NULL OR n.ended > s.as_of + 90)) AS lost
FROM saas.customer_signals('2026-03-31') s JOIN models m ON m.stage = s.stage
WHERE s.mrr > 0
UNION ALL
SELECT 'shop', m.id, s.customer_id, s.as_of, s.revenue_365d, to_jsonb(s),
       NOT EXISTS (SELECT FROM shop.orders o WHERE o.customer_id = s.customer_id
                   AND o.ordered_at >= shop.end_of(s.as_of) AND o.ordered_at < shop.end_of(s.as_of + 90))
FROM shop.customer_signals('2026-03-31') s JOIN models m ON m.stage = s.stage;
ANALYZE snapshot;
CREATE TEMP TABLE known AS
SELECT k.*, p.y0 + p.slope * (k.x - p.x0) AS piece
FROM (
    SELECT s.company, s.customer, r.*, s.signals ->> r.name AS text,
           CASE WHEN r.rule ? 'values' THEN NULL
                ELSE replace(replace(s.signals ->> r.name, 'true', '1'), 'false', '0')::float8 END AS x,
           s.as_of - (s.signals ->> (r.rule ->> 'at'))::date AS age
    FROM snapshot s JOIN rules r USING (id)
) k
LEFT JOIN pieces p ON p.id = k.id AND p.nr = k.nr AND k.x >= p.x0 AND k.x < p.x1;
ANALYZE known;
CREATE TEMP TABLE scored AS
WITH present AS (
    SELECT *, text IS NOT NULL AND (NOT rule ? 'at' OR coalesce(age BETWEEN 0 AND coalesce((rule ->> 'expires_after_days')::int, age), false)) AS present
    FROM known
), weighed AS (
    SELECT *, CASE WHEN present THEN coalesce((rule -> 'values' ->> text)::float8, piece)
                   WHEN missing = 'neutral' THEN 50 WHEN missing = 'worst' THEN 0 END AS s,
           CASE WHEN present THEN w * power(0.5, coalesce(age / (rule ->> 'half_life_days')::float8, 0))
                WHEN missing = 'skip' THEN 0 ELSE w END AS v
    FROM present
), groups AS (
    SELECT company, customer, id, CASE WHEN group_weight IS NOT NULL THEN grp END AS grp, coalesce(max(group_weight), 1) AS group_weight,
           sum(v * s) / nullif(sum(v), 0) AS mean, coalesce(sum(v) FILTER (WHERE present), 0) / sum(w) AS present,
           sum(least((rule ->> 'max')::float8, greatest((rule ->> 'min')::float8, (rule ->> 'points')::float8 * x))) FILTER (WHERE present) AS points
    FROM weighed GROUP BY company, customer, id, 4, group_weight IS NULL
), raw AS (
    SELECT company, customer, id, 100 * sum(group_weight * present) / sum(group_weight) AS coverage,
           CASE WHEN model ->> 'method' = 'points'
                THEN least(100, greatest(0, (model ->> 'base')::float8 + coalesce(sum(points), 0)))
                ELSE sum(group_weight * mean) / sum(group_weight) FILTER (WHERE mean IS NOT NULL) END AS score,
           coalesce((model ->> 'min_coverage')::float8, 0) AS min_coverage
    FROM groups JOIN models USING (id) GROUP BY company, customer, id, model
), limits AS (
    SELECT p.company, p.customer,
           max((l.rule ->> 'score')::float8) FILTER (WHERE l.kind = 'floors') AS floor,
           min((l.rule ->> 'score')::float8) FILTER (WHERE l.kind = 'caps') AS cap
    FROM (SELECT m.id, k.kind, jsonb_array_elements(m.model -> k.kind) AS rule
          FROM models m, unnest(ARRAY['caps', 'floors']) k(kind)) l
    JOIN present p ON p.id = l.id AND p.name = l.rule ->> 'signal' AND p.present
    WHERE p.x > (l.rule ->> 'above')::float8 OR p.x < (l.rule ->> 'below')::float8
    GROUP BY p.company, p.customer
)
SELECT r.company, r.customer, r.id, r.coverage, s.money, s.lost,
       CASE WHEN r.coverage > 0 AND r.coverage >= r.min_coverage - 1e-9 THEN least(greatest(r.score, l.floor), l.cap) END AS score
FROM raw r JOIN snapshot s USING (company, customer) LEFT JOIN limits l USING (company, customer);

-- Customers by band, and how many of them were lost within 90 days: most of the
-- unhealthy, fewest of the healthy.
SELECT company, band, count(*), round(100.0 * count(*) / sum(count(*)) OVER (PARTITION BY company), 1) AS percent,
       round(100.0 * avg(lost::int), 1) AS lost_percent, sum(money) AS money
FROM (SELECT *, CASE WHEN score < 40 THEN '1 unhealthy' WHEN score < 70 THEN '2 at risk'
                     WHEN score >= 70 THEN '3 healthy' ELSE '4 no score' END AS band FROM scored) t
GROUP BY company, band ORDER BY company, band;
SELECT id, count(*), count(score) AS scored, round(avg(score)::numeric, 1) AS mean_score, round(avg(coverage)::numeric, 1) AS mean_coverage
FROM scored GROUP BY id ORDER BY id COLLATE "C";
-- the area under the curve, by ranks: 0.5 would be guessing
SELECT company, round(((sum(r) FILTER (WHERE NOT lost) - kept * (kept + 1) / 2) / (kept * count(*) FILTER (WHERE lost)))::numeric, 3) AS auc
FROM (SELECT company, lost, count(*) FILTER (WHERE NOT lost) OVER (PARTITION BY company) AS kept,
             rank() OVER (PARTITION BY company ORDER BY score)
             + (count(*) OVER (PARTITION BY company, score) - 1) / 2.0 AS r
      FROM scored WHERE score IS NOT NULL) t
GROUP BY company, kept ORDER BY company;
-- loss falls from each fifth of the score to the next
SELECT company, fifth, count(*), round(100.0 * avg(lost::int), 1) AS lost_percent,
       avg(lost::int) < lag(avg(lost::int)) OVER (PARTITION BY company ORDER BY fifth) AS less_than_before
FROM (SELECT *, ntile(5) OVER (PARTITION BY company ORDER BY score, customer) AS fifth FROM scored WHERE score IS NOT NULL) t
GROUP BY company, fifth ORDER BY company, fifth;

-- Worklists and reports: every list has its six columns, of base types, and at
-- least one customer.
\set ECHO none
\i :health
\i :worklists
\i :reports
\set ECHO all
SELECT table_name, string_agg(column_name || ' ' || data_type, ', ' ORDER BY ordinal_position) AS columns
FROM information_schema.columns WHERE table_schema = 'worklists' AND table_name IN (SELECT table_name FROM information_schema.views WHERE table_schema = 'worklists')
GROUP BY table_name ORDER BY table_name COLLATE "C";
SELECT format('SELECT %L AS list, count(*) AS customers, count(DISTINCT customer_id) = count(*) AS once_each, count(reason) = count(*) AS reasons, count(action) = count(*) AS actions, round(sum(revenue)) AS revenue FROM worklists.%1$I', table_name)
FROM information_schema.views WHERE table_schema = 'worklists' ORDER BY table_name COLLATE "C" \gexec
-- each keeps its promise, asked of the tables
SELECT count(*) AS references_among_the_advocates FROM worklists.advocates l JOIN saas.customer_signals s USING (customer_id) WHERE s.reference_customer OR s.nps < 9 OR s.days_overdue > 0;
SELECT count(*) AS upsells_with_room FROM worklists.upsell l JOIN saas.customer_signals s USING (customer_id) WHERE NOT coalesce(s.seat_usage > 0.8, false) AND NOT coalesce(s.adoption > 0.8, false);
SELECT min(s.renewal_date) >= '2026-07-01' AND max(s.renewal_date) < '2026-10-01' AS renewals_of_the_quarter, bool_and(c.band IS DISTINCT FROM 'healthy') AS none_is_healthy,
       count(*) = (SELECT count(*) FROM saas.customer_signals x JOIN saas_health.current_scores y USING (customer_id)
                   WHERE x.renewal_date BETWEEN '2026-07-01' AND '2026-09-30' AND y.band IS DISTINCT FROM 'healthy') AS complete
FROM worklists.renewals_at_risk l JOIN saas.customer_signals s USING (customer_id) JOIN saas_health.current_scores c USING (customer_id);
SELECT (SELECT count(*) FROM worklists.payment_reminders) = count(DISTINCT customer_id) AS every_debtor
FROM saas.invoices WHERE paid IS NULL AND due < saas.last_day() AND issued <= saas.last_day();
-- the lapsing, by the gaps between their order days
WITH days AS (
    SELECT DISTINCT customer_id, (ordered_at AT TIME ZONE 'Europe/Warsaw')::date AS day FROM shop.orders
), gaps AS (
    SELECT customer_id, shop.last_day() - max(day) AS silent, greatest(7, (max(day) - min(day))::numeric / (count(*) - 1)) AS usual
    FROM days GROUP BY customer_id HAVING count(*) >= 4
)
SELECT count(*) AS lapsing, count(*) = (SELECT count(*) FROM worklists.shop_lapsing) AS the_same FROM gaps WHERE silent BETWEEN 2 * usual AND 5 * usual;

SELECT * FROM reports.journey_map;
SELECT sum(customers) = (SELECT count(*) FROM saas_health.as_first_reported f WHERE as_of = '2026-03-31'
                         AND EXISTS (SELECT FROM saas.subscriptions s WHERE s.customer_id = f.customer_id AND s.mrr > 0 AND s.started <= f.as_of AND (s.ended IS NULL OR s.ended > f.as_of))) AS everyone
FROM reports.journey_map;
SELECT * FROM reports.churn_reasons;
SELECT * FROM reports.ticket_topics;
SELECT * FROM reports.score_trend LIMIT 5;
SELECT * FROM reports.retention_cost;
SELECT * FROM reports.clv_by_channel;
-- a cost is rounded to cents, so its sum is right to half a cent a buyer
SELECT abs(sum(acquisition_cost * new_buyers) - (SELECT sum(acquisition_spend) FROM shop.spend WHERE month > shop.last_day() - 365)) <= 0.005 * sum(new_buyers) AS all_that_was_spent FROM reports.clv_by_channel;
-- the data check finds each fault of the export as often as the tables tell
SELECT problem, count(*), min(advice) AS advice FROM reports.subscription_check GROUP BY problem ORDER BY problem COLLATE "C";
SELECT count(*) FILTER (WHERE mrr IS NULL) AS no_price, count(*) FILTER (WHERE started IS NULL) AS no_start, count(*) FILTER (WHERE ended < started) AS backwards,
       count(*) - (SELECT count(*) FROM (SELECT DISTINCT * FROM saas.subscription_export) d) AS duplicates,
       (SELECT count(*) FROM (SELECT DISTINCT * FROM saas.subscription_export) b
        WHERE b.started - 1 = (SELECT max(coalesce(a.ended, 'infinity')) FROM saas.subscription_export a
                               WHERE a.customer_id = b.customer_id AND a.started < b.started)) AS gaps_of_one_day
FROM saas.subscription_export;

-- The weights that health_fit learns are in the order of the true ones, and
-- nearer to them than the hand-made weights.  The tables do not show the true
-- ones: they are what the hidden health says of each customer's risk of
-- leaving within 90 days (saas.sql: "A grid of months" and "Lives"), regressed
-- on the scores of the signals.  The risks add up to the customers who left.
-- (The trend of usage is left out: beside the logins its weight is below 0.)
-- Weights that differ by less than three standard errors are told apart by
-- chance only.
SET client_min_messages = warning;
CREATE TEMP TABLE seen AS
SELECT s.*, m.model, (SELECT min(r.churned_on) FROM saas.churn_reasons r WHERE r.customer_id = s.customer_id AND r.churned_on > s.as_of) AS churned_on
FROM unnest('{2024-03-31,2024-06-30,2024-09-30,2024-12-31,2025-03-31,2025-06-30,2025-09-30,2025-12-31,2026-03-31}'::date[]) day
CROSS JOIN LATERAL saas.customer_signals(day) s
JOIN (SELECT jsonb_set(model - 'caps' - 'floors', '{signals}', jsonb_path_query_array(model, '$.signals[*] ? (@.name != "usage_trend")'))::healthmodel AS model FROM saas.health_models WHERE stage = 'adopted') m ON s.stage = 'adopted';
CREATE TEMP TABLE hidden AS
WITH month AS (
    SELECT id, n, (signed_up + make_interval(months => n))::date AS from_day, (signed_up + make_interval(months => n + 1))::date AS to_day,
           0.65 * saas.z('quality', id) + power(0.86::float8, n) * sum(power(0.86::float8, -n)
               * CASE WHEN n = 0 THEN 0.7 * saas.z('start', id) ELSE 0.36 * saas.z('shock', id, n) - CASE WHEN saas.u('crisis', id, n) < 0.014 THEN 1.6 ELSE 0 END END) OVER (PARTITION BY id ORDER BY n) AS health
    FROM saas.customers, generate_series(0, 60) n
), risk AS (
    SELECT s.customer_id, s.as_of, CASE WHEN billing <> 'annual' THEN monthly WHEN to_day = renewal_date THEN least(0.85, 7 * monthly) ELSE 0 END AS risk
    FROM seen s
    JOIN (SELECT *, coalesce((health + lag(health) OVER (PARTITION BY id ORDER BY n)) / 2, health) AS recent FROM month) m ON m.id = s.customer_id AND m.to_day > s.as_of AND m.to_day <= s.as_of + 90,
         LATERAL (SELECT least(0.6, 0.0105 * exp(-1.1 * recent) * CASE s.segment WHEN 'SMB' THEN 1.25 WHEN 'mid-market' THEN 0.85 ELSE 0.6 END * CASE WHEN n < 6 THEN 1.25 ELSE 1 END) AS monthly) p
)
SELECT customer_id, as_of, greatest(1 - exp(sum(ln(1 - risk))), 1e-9) AS risk FROM risk GROUP BY customer_id, as_of;
CREATE TEMP TABLE scores AS
WITH explained AS (
    SELECT s.customer_id, s.as_of, e.signal, e.ordinality AS nr, e.score
    FROM seen s, health_explain(s.model, to_jsonb(s), s.as_of) WITH ORDINALITY e
)
SELECT customer_id, as_of, array_agg(coalesce(score, mean) ORDER BY nr) AS scores, array_agg(signal ORDER BY nr) AS names
FROM (SELECT *, avg(score) OVER (PARTITION BY signal) AS mean FROM explained) e GROUP BY customer_id, as_of;
CREATE TEMP TABLE weights AS
SELECT name, -(truth).coefficients[nr + 1] AS truth, (fit -> 'coefficients' ->> name)::float8 AS fitted, (fit -> 'standard_errors' ->> name)::float8 AS error,
       (SELECT (s ->> 'weight')::float8 FROM jsonb_array_elements(model::jsonb -> 'signals') s WHERE s ->> 'name' = name) AS hand_made
FROM (SELECT logistic_fit(leaves, scores, 0, CASE WHEN leaves THEN risk ELSE 1 - risk END) AS truth, min(names) AS names FROM scores JOIN hidden USING (customer_id, as_of), unnest('{t,f}'::boolean[]) leaves) t,
     (SELECT model, health_fit(model, churned_within(churned_on, as_of, 90, saas.last_day()), s, as_of, 90)::jsonb -> 'fit' AS fit FROM seen s GROUP BY model) f,
     unnest(names) WITH ORDINALITY u(name, nr);
SELECT round(sum(risk)) AS risk, (SELECT count(*) FROM seen WHERE churned_within(churned_on, as_of, 90, saas.last_day())) AS churned FROM hidden;
SELECT count(*) AS pairs, count(*) FILTER (WHERE a.fitted <= b.fitted) AS wrong
FROM weights a JOIN weights b ON a.truth - b.truth > 3 * sqrt(a.error ^ 2 + b.error ^ 2);
SELECT string_agg(name, ', ' ORDER BY truth DESC) FILTER (WHERE by_truth <= 2) AS heaviest, string_agg(name, ', ' ORDER BY truth DESC) FILTER (WHERE by_truth > 7) AS lightest,
       bool_and(by_fit > 7) FILTER (WHERE by_truth > 7) AS light_again, sum((fitted / fitted_sum - truth / truth_sum) ^ 2) < 0.75 * sum((hand_made / hand_made_sum - truth / truth_sum) ^ 2) AS nearer
FROM (SELECT *, rank() OVER (ORDER BY truth DESC) AS by_truth, rank() OVER (ORDER BY fitted DESC) AS by_fit, sum(truth) OVER () AS truth_sum, sum(fitted) OVER () AS fitted_sum, sum(hand_made) OVER () AS hand_made_sum FROM weights) w;
RESET client_min_messages;

-- Leave nothing behind for the tests that follow.
SET client_min_messages = warning;
DROP SCHEMA worklists, reports, saas_health, saas, shop CASCADE;
