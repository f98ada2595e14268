-- Every aggregate equals its definition in plain SQL, and itself under every
-- plan.  test/equivalence/harness.sql says how to add one.
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set helpers :testdir '/helpers.sql'
\set harness :testdir '/equivalence/harness.sql'
\set ECHO none
\i :helpers
\i :harness
\set ECHO all

-- random data from this seed and of so many rows, or as CHS_SEED and CHS_ORACLE_ROWS in the environment say
\set seed 20261122
\set rows 4000
\getenv seed CHS_SEED
\getenv rows CHS_ORACLE_ROWS
SELECT set_config('equivalence.seed', :'seed', false) <> '' AND set_config('equivalence.rows', :'rows', false) <> '' AS set;

INSERT INTO dataset VALUES
  -- a third of the tickets around the moment until which all is known
  ('tickets', $$
    CASE WHEN u(id, 1) >= 0.03 THEN timestamptz '2024-08-31 12:00+00' - CASE WHEN u(id, 2) < 0.3 THEN u(id, 3) * interval '12 hours' ELSE u(id, 3) * interval '300 days' END END AS opened,
    CASE WHEN u(id, 1) >= 0.03 AND u(id, 4) >= 0.3 THEN timestamptz '2024-08-31 12:00+00' - CASE WHEN u(id, 2) < 0.3 THEN u(id, 3) * interval '12 hours' ELSE u(id, 3) * interval '300 days' END
         + u(id, 5) ^ 3 * interval '20 days' END AS answered,
    (ARRAY['1 hour', '4 hours', '24 hours', NULL])[1 + trunc(3.2 * u(id, 6))::int]::interval AS target,
    CASE WHEN u(id, 7) >= 0.03 THEN 1 + trunc(5 * u(id, 8) * u(id, 9))::int END AS contacts,
    CASE WHEN u(id, 10) >= 0.03 THEN u(id, 10) < 0.8 END AS done,
    (ARRAY['{"timezone": "UTC", "week": {"mon": [["00:00", "24:00"]], "tue": [["00:00", "24:00"]], "wed": [["00:00", "24:00"]], "thu": [["00:00", "24:00"]], "fri": [["00:00", "24:00"]], "sat": [["00:00", "24:00"]], "sun": [["00:00", "24:00"]]}}',
           '{"timezone": "Europe/Warsaw", "week": {"mon": [["09:00", "17:00"]], "tue": [["09:00", "12:00"], ["13:00", "17:00"]], "wed": [["09:00", "17:00"]]}}'])[1 + id % 2]::businesshours AS calendar$$),
  ('answers', 'CASE WHEN u(id, 1) >= 0.1 THEN trunc(11 * sqrt(u(id, 2)))::int END AS answer'),
  ('scale5', 'CASE WHEN u(id, 1) >= 0.1 THEN 1 + trunc(5 * u(id, 2))::int END AS answer'),
  ('customers', $$
    CASE WHEN u(id, 1) >= 0.05 THEN '2024-01-01'::date + trunc(300 * u(id, 2))::int END AS started,
    CASE WHEN u(id, 3) >= 0.4 THEN '2024-01-01'::date + trunc(300 * u(id, 2))::int + trunc(200 * u(id, 4) ^ 2)::int END AS ended$$),
  ('contracts', $$
    CASE WHEN u(id, 1) >= 0.05 THEN '2024-01-01'::date + trunc(300 * u(id, 2))::int END AS due,
    CASE WHEN u(id, 3) >= 0.05 THEN u(id, 4) < 0.7 END AS renewed$$),
  -- a third is not paid, a tenth is a credit note; due before and after as_of, paid early and late
  ('invoices', $$
    CASE WHEN u(id, 1) >= 0.03 THEN '2024-05-01'::date + trunc(150 * u(id, 2))::int END AS due,
    CASE WHEN u(id, 3) >= 0.3 THEN '2024-04-20'::date + trunc(150 * u(id, 2))::int + trunc(90 * u(id, 4) ^ 2)::int END AS paid,
    CASE WHEN u(id, 5) >= 0.03 THEN round((1000 * u(id, 6) - 100)::numeric, 2) END AS amount$$),
  -- many customers with a row or two, a few with many that overlap; amounts that round up, down, and to nothing
  ('subscriptions', $$
    CASE WHEN u(id, 1) >= 0.03 THEN trunc(1500 * u(id, 2) ^ 3)::bigint END AS customer,
    CASE WHEN u(id, 3) >= 0.03 THEN '2024-01-01'::date + trunc(300 * u(id, 4))::int END AS started,
    CASE WHEN u(id, 5) >= 0.4 THEN '2024-01-01'::date + trunc(300 * u(id, 4))::int + trunc(120 * u(id, 6) ^ 2)::int END AS ended,
    CASE WHEN u(id, 7) < 0.03 THEN NULL WHEN u(id, 7) < 0.15 THEN 0
         ELSE round((100 * u(id, 8))::numeric, 2) + (ARRAY[0, 0.000000004, 0.000000006])[1 + trunc(3 * u(id, 9))::int] END AS mrr$$),
  -- most customers come once or twice, a few on hundreds of days; a third of the moments are near midnight
  ('visits', $$
    CASE WHEN u(id, 1) >= 0.03 THEN trunc(1200 * u(id, 2) ^ 4)::bigint END AS customer,
    CASE WHEN u(id, 3) >= 0.03 THEN '2024-02-01'::timestamp + trunc(200 * u(id, 4)) * interval '1 day'
         + CASE WHEN u(id, 5) < 0.3 THEN interval '2 hours' - u(id, 6) * interval '4 hours' ELSE u(id, 6) * interval '24 hours' END END AS at,
    (ARRAY['UTC', 'Europe/Berlin', 'america/new_york', 'Australia/Lord_Howe', NULL])[1 + trunc(4.1 * u(id, 7))::int] AS zone$$),
  -- the same with amounts: orders, free ones, refunds; half of the customers order several times a day
  ('orders', $$
    CASE WHEN u(id, 1) >= 0.03 THEN trunc(1200 * u(id, 2) ^ 4)::bigint END AS customer,
    CASE WHEN u(id, 3) >= 0.03 THEN '2024-02-01'::timestamp + trunc(200 * u(id, 4) ^ (1 + trunc(2 * u(id, 2)))) * interval '1 day' + u(id, 6) * interval '24 hours' END AS at,
    (ARRAY['UTC', 'Europe/Berlin', 'america/new_york', 'Australia/Lord_Howe', NULL])[1 + trunc(4.1 * u(id, 7))::int] AS zone,
    CASE WHEN u(id, 8) < 0.03 THEN NULL WHEN u(id, 8) < 0.08 THEN 0 WHEN u(id, 8) < 0.2 THEN -0.01 - round((50 * u(id, 9))::numeric, 2)
         ELSE round((200 * u(id, 9))::numeric, 2) + (ARRAY[0, 0.000000004, 0.000000006])[1 + trunc(3 * u(id, 5))::int] END AS amount$$),
  -- repeat purchases, their span and an age, what they are worth; contracts of which some ended; one row in eight counts, since a window fits at every row
  ('buyers', $$
    CASE WHEN u(id, 1) < 0.12 THEN trunc(-3 * ln(1 - u(id, 2)) * u(id, 3))::int END AS frequency,
    CASE WHEN u(id, 4) < 0.03 THEN NULL WHEN trunc(-3 * ln(1 - u(id, 2)) * u(id, 3)) = 0 THEN 0 ELSE trunc((100 + trunc(60 * u(id, 6))) * u(id, 5)) / 7 END AS recency,
    CASE WHEN u(id, 7) >= 0.03 THEN (100 + trunc(60 * u(id, 6))) / 7 END AS age,
    CASE WHEN u(id, 8) >= 0.03 THEN round((20 * exp(u(id, 9) + u(id, 10) - 1))::numeric, 2) END AS monetary,
    CASE WHEN u(id, 11) < 0.12 THEN 1 + trunc(9 * u(id, 12) ^ 2)::int END AS periods,
    CASE WHEN u(id, 13) >= 0.03 THEN u(id, 14) < 0.6 END AS churned,
    CASE WHEN u(id, 15) >= 0.03 THEN trunc(4 * u(id, 16))::int END AS contracts$$);

INSERT INTO dataset VALUES
  ('segments', $$
    CASE WHEN id % 500 > 0 THEN 'segment ' || id END AS name,
    CASE WHEN u(id, 1) >= 0.2 THEN 100 * u(id, 2) END AS v0, CASE WHEN u(id, 1) >= 0.2 THEN trunc(50 * u(id, 3)) END AS w0,
    CASE WHEN u(id, 4) >= 0.2 THEN 100 * u(id, 5) END AS v1, CASE WHEN u(id, 4) >= 0.2 THEN trunc(50 * u(id, 6)) END AS w1$$),
  ('treatments', $$
    CASE WHEN u(id, 1) >= 0.03 THEN u(id, 2) < 0.4 END AS treated, CASE WHEN u(id, 3) >= 0.03 THEN u(id, 4) < 0.3 END AS outcome,
    CASE WHEN u(id, 5) >= 0.03 THEN 'stratum ' || trunc(60 * u(id, 6) ^ 3) END AS stratum$$);

INSERT INTO dataset VALUES
  ('lives', $$
    CASE WHEN u(id, 1) >= 0.03 THEN trunc(40 * u(id, 2))::bigint END AS entry, CASE WHEN u(id, 3) >= 0.03 THEN 41 + trunc(60 * u(id, 4) ^ 2)::bigint END AS duration,
    CASE WHEN u(id, 5) >= 0.03 THEN trunc(4 * u(id, 6))::bigint END AS cause, CASE WHEN u(id, 7) >= 0.03 THEN round((100 * u(id, 8))::numeric, 2) END AS mrr,
    trunc(3 * u(id, 9)) AS x$$);

-- survey
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('%s(%s)', name, type)::regprocedure, 'answers', 'answer::' || type, true
    FROM unnest('{survey_agg,nps,ces}'::text[]) AS name, unnest('{integer,bigint,numeric,float8}'::text[]) AS type;
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('csat(%s)', type)::regprocedure, 'scale5', 'answer::' || type, true
    FROM unnest('{integer,bigint,numeric,float8}'::text[]) AS type;
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('csat(%s,bigint)', type)::regprocedure, 'scale5', format('answer::%s, 4', type), true
    FROM unnest('{integer,bigint,numeric,float8}'::text[]) AS type;
INSERT INTO question VALUES
  ('survey_agg(%', 'responses(s)', 'nullif(count(answer), 0)'),
  ('survey_agg(%', 'promoters(s) - passives(s) + 3 * detractors(s)', 'sum(CASE WHEN answer >= 9 THEN 1 WHEN answer >= 7 THEN -1 WHEN answer >= 0 THEN 3 END)'),
  ('survey_agg(%', 'nps(s)', '100.0::float8 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0)'),
  ('survey_agg(%', 'csat(s, 8)', '100.0::float8 * count(*) FILTER (WHERE answer >= 8) / nullif(count(answer), 0)'),
  ('survey_agg(%', '(SELECT array_agg(d.responses ORDER BY d.answer) FROM survey_distribution(s) d)',
     'CASE WHEN count(answer) > 0 THEN ARRAY[' || (SELECT string_agg(format('count(*) FILTER (WHERE answer = %s)', a), ', ' ORDER BY a) FROM generate_series(0, 10) a) || '] END'),
  ('nps(%', 's', '100.0::float8 * (count(*) FILTER (WHERE answer >= 9) - count(*) FILTER (WHERE answer <= 6)) / nullif(count(answer), 0)'),
  ('ces(%', 's', 'sum(answer)::float8 / nullif(count(answer), 0)'),
  ('csat(%', 's', '100.0::float8 * count(*) FILTER (WHERE answer >= 4) / nullif(count(answer), 0)');

-- tickets, service levels, first contact resolution
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('ticket_agg(date,date)', 'tickets', $$local_day(opened, 'UTC'), local_day(answered, 'UTC')$$, true),
  ('sla_agg(timestamptz,timestamptz,interval,timestamptz)', 'tickets', $$opened, answered, target, '2024-08-31 12:00+00'$$, true),
  ('sla_rate(timestamptz,timestamptz,interval,timestamptz)', 'tickets', $$opened, answered, target, '2024-08-31 12:00+00'$$, true);
-- with business hours for odd rows, and hours round the clock for even ones
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('sla_%s(timestamptz,timestamptz,interval,timestamptz,businesshours)', name)::regprocedure, 'tickets', $$opened, answered, target, '2024-08-31 12:00+00', calendar$$, true FROM unnest('{rate,agg}'::text[]) AS name;
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('first_contact_resolution(%s,boolean%s)', type, allowed)::regprocedure, 'tickets', format('contacts::%s, done%s', type, argument), true
    FROM unnest('{integer,bigint,numeric,float8}'::text[]) AS type, (VALUES ('', ''), (',bigint', ', 2')) AS a(allowed, argument);
-- what would be shifted by the session's TimeZone on its way
INSERT INTO refusal
  SELECT p.oid, 'tickets', format('opened::%s, answered::%s, target, ''2024-08-31 12:00+00''::%s', t[1], t[2], t[4])
    FROM pg_proc p, LATERAL (SELECT array_agg(type::regtype::text ORDER BY i) AS t FROM unnest(proargtypes) WITH ORDINALITY AS x(type, i)) AS y
   WHERE proname IN ('sla_rate', 'sla_agg') AND t && '{date,timestamp without time zone}' AND cardinality(t) = 4;
INSERT INTO refusal
  SELECT p.oid, 'tickets', format('opened::%s, answered::%s, target, ''2024-08-31 12:00+00''::%s, calendar', t[1], t[2], t[4])
    FROM pg_proc p, LATERAL (SELECT array_agg(type::regtype::text ORDER BY i) AS t FROM unnest(proargtypes) WITH ORDINALITY AS x(type, i)) AS y
   WHERE proname IN ('sla_rate', 'sla_agg') AND t && '{date,timestamp without time zone}' AND cardinality(t) = 5;
INSERT INTO question VALUES
  ('ticket_agg(%', $$(SELECT array_agg(concat_ws(' ', period_start, opened, resolved, backlog) ORDER BY period_start) FROM ticket_flow(s, '{2024-05-01,2024-06-01,2024-07-16}'::date[], '2024-05-01', '2024-07-16', '2024-12-31'))$$,
     (SELECT 'CASE WHEN count(opened) > 0 THEN ARRAY[' || string_agg(format($$concat_ws(' ', %1$L,
         count(*) FILTER (WHERE local_day(opened, 'UTC') >= %1$L AND local_day(opened, 'UTC') < %2$L), count(*) FILTER (WHERE local_day(answered, 'UTC') >= %1$L AND local_day(answered, 'UTC') < %2$L),
         count(*) FILTER (WHERE local_day(opened, 'UTC') < %2$L AND coalesce(local_day(answered, 'UTC') >= %2$L, true)))$$, b, u), ', ' ORDER BY b) || '] END'
        FROM (VALUES ('2024-05-01', '2024-06-01'), ('2024-06-01', '2024-07-16')) AS x(b, u))),
  ('sla_agg(%zone)', 'successes(s)', $$CASE WHEN count(target) FILTER (WHERE opened + target <= '2024-08-31 12:00+00') > 0 THEN count(*) FILTER (WHERE answered <= opened + target AND opened + target <= '2024-08-31 12:00+00') END$$),
  ('sla_agg(%zone)', 'trials(s)', $$nullif(count(target) FILTER (WHERE opened + target <= '2024-08-31 12:00+00'), 0)$$),
  ('sla_rate(%zone)', 's', $$100.0::float8 * count(*) FILTER (WHERE answered <= opened + target AND opened + target <= '2024-08-31 12:00+00') / nullif(count(target) FILTER (WHERE opened + target <= '2024-08-31 12:00+00'), 0)$$),
  ('sla_agg(%businesshours)', 'successes(s)', $$CASE WHEN count(*) FILTER (WHERE business_add(calendar, opened, target) <= '2024-08-31 12:00+00') > 0
     THEN count(*) FILTER (WHERE answered <= business_add(calendar, opened, target) AND business_add(calendar, opened, target) <= '2024-08-31 12:00+00') END$$),
  ('sla_agg(%businesshours)', 'trials(s)', $$nullif(count(*) FILTER (WHERE business_add(calendar, opened, target) <= '2024-08-31 12:00+00'), 0)$$),
  ('sla_rate(%businesshours)', 's', $$100.0::float8 * count(*) FILTER (WHERE answered <= business_add(calendar, opened, target) AND business_add(calendar, opened, target) <= '2024-08-31 12:00+00')
     / nullif(count(*) FILTER (WHERE business_add(calendar, opened, target) <= '2024-08-31 12:00+00'), 0)$$),
  ('first_contact_resolution(%,boolean)', 's', '100.0::float8 * count(*) FILTER (WHERE done AND contacts = 1) / nullif(count(contacts) FILTER (WHERE done), 0)'),
  ('first_contact_resolution(%,bigint)', 's', '100.0::float8 * count(*) FILTER (WHERE done AND contacts <= 2) / nullif(count(contacts) FILTER (WHERE done), 0)'),
  ('ticket_agg(%', $$backlog_age(s, '2024-07-15')$$, $$sum('2024-07-15' - local_day(opened, 'UTC')) FILTER (WHERE opened < '2024-07-16 00:00+00' AND coalesce(answered >= '2024-07-16 00:00+00', true))::float8
     / nullif(count(*) FILTER (WHERE opened < '2024-07-16 00:00+00' AND coalesce(answered >= '2024-07-16 00:00+00', true)), 0)$$);

-- retention: the flow of one period, and of every month
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('flow_agg(date,date,daterange)', 'customers', $$started, ended, daterange('2024-06-01', '2024-09-01')$$, true),
  ('flow_agg(date,date,text)', 'customers', $$started, ended, 'month'$$, true),
  ('flow_agg(date,date,date[])', 'customers', $$started, ended, '{2024-05-01,2024-06-01,2024-07-01,2024-08-01}'::date[]$$, true),
  ('flow_agg(date,date,daterange,date)', 'customers', $$started, ended, daterange('2024-06-01', '2024-09-01'), '2024-07-14'$$, true),
  ('retention_rate(date,date,daterange)', 'customers', $$started, ended, daterange('2024-06-01', '2024-09-01')$$, true),
  ('retention_rate(date,date,daterange,date)', 'customers', $$started, ended, daterange('2024-06-01', '2024-09-01'), '2024-07-14'$$, true),
  ('churn_rate(date,date,daterange,date)', 'customers', $$started, ended, daterange('2024-06-01', '2024-09-01'), '2024-07-14'$$, true),
  ('churn_rate(date,date,daterange)', 'customers', $$started, ended, daterange('2024-06-01', '2024-09-01')$$, true),
  ('ratio_agg(boolean)', 'contracts', 'renewed', true),
  ('rate(boolean)', 'contracts', 'renewed', true),
  ('renewal_agg(date,boolean,date)', 'contracts', $$due, renewed, '2024-08-31'$$, true),
  ('renewal_rate(date,boolean,date)', 'contracts', $$due, renewed, '2024-08-31'$$, true);
-- at start, new, new and kept, lost, at end, from one day to before another
CREATE FUNCTION flow_by_hand(from_day date, to_day date) RETURNS text LANGUAGE sql AS $$
  SELECT format('ROW(count(*) FILTER (WHERE started < %1$L AND coalesce(ended >= %1$L, true)),
                     count(*) FILTER (WHERE started >= %1$L AND started < %2$L AND ended IS DISTINCT FROM started),
                     count(*) FILTER (WHERE started >= %1$L AND started < %2$L AND coalesce(ended >= %2$L, true)),
                     count(*) FILTER (WHERE started < %1$L AND ended >= %1$L AND ended < %2$L),
                     count(*) FILTER (WHERE started < %2$L AND coalesce(ended >= %2$L, true)))::text', from_day, to_day) $$;
CREATE FUNCTION if_any(what text) RETURNS text LANGUAGE sql AS
  $$ SELECT format('CASE WHEN count(*) FILTER (WHERE ended IS DISTINCT FROM started AND started IS NOT NULL) > 0 THEN %s END', what) $$;
INSERT INTO question VALUES
  ('flow_agg(date,date,daterange)', 'CASE WHEN s IS NOT NULL THEN ROW(customers_at_start(s), new_customers(s), new_kept_customers(s), lost_customers(s), customers_at_end(s))::text END',
     if_any(flow_by_hand('2024-06-01', '2024-09-01'))),
  -- a period cut after as_of counts what the shorter one does
  ('flow_agg(date,date,daterange,date)', 'CASE WHEN s IS NOT NULL THEN ROW(customers_at_start(s), new_customers(s), new_kept_customers(s), lost_customers(s), customers_at_end(s))::text END',
     if_any(flow_by_hand('2024-06-01', '2024-07-15')));
INSERT INTO question
  SELECT format('flow_agg(date,date,%s)', type), $$(SELECT array_agg(ROW(at_start, new, new_kept, lost, at_end)::text ORDER BY period_start) FROM retention_timeline(s, '2024-05-01', '2024-08-01', '2024-12-31'))$$,
         if_any('ARRAY[' || flow_by_hand('2024-05-01', '2024-06-01') || ', ' || flow_by_hand('2024-06-01', '2024-07-01') || ', ' || flow_by_hand('2024-07-01', '2024-08-01') || ']')
    FROM unnest('{text,date[]}'::text[]) AS type;
INSERT INTO question VALUES
  ('retention_rate(date,date,daterange)', 's', $$100.0::float8 * count(*) FILTER (WHERE started < '2024-06-01' AND coalesce(ended >= '2024-09-01', true))
     / nullif(count(*) FILTER (WHERE started < '2024-06-01' AND coalesce(ended >= '2024-06-01', true)), 0)$$),
  ('retention_rate(date,date,daterange,date)', 's', $$100.0::float8 * count(*) FILTER (WHERE started < '2024-06-01' AND coalesce(ended >= '2024-07-15', true))
     / nullif(count(*) FILTER (WHERE started < '2024-06-01' AND coalesce(ended >= '2024-06-01', true)), 0)$$),
  ('churn_rate(date,date,daterange,date)', 's', $$100.0::float8 * count(*) FILTER (WHERE started < '2024-06-01' AND ended >= '2024-06-01' AND ended < '2024-07-15')
     / nullif(count(*) FILTER (WHERE started < '2024-06-01' AND coalesce(ended >= '2024-06-01', true)), 0)$$),
  ('churn_rate(date,date,daterange)', 's', $$100.0::float8 * count(*) FILTER (WHERE started < '2024-06-01' AND ended >= '2024-06-01' AND ended < '2024-09-01')
     / nullif(count(*) FILTER (WHERE started < '2024-06-01' AND coalesce(ended >= '2024-06-01', true)), 0)$$),
  ('ratio_agg(%', 's::text', $$CASE WHEN count(renewed) > 0 THEN format('1:%s/%s', count(*) FILTER (WHERE renewed), count(renewed)) END$$),
  ('rate(%', 's', $$100.0::float8 * count(*) FILTER (WHERE renewed) / nullif(count(renewed), 0)$$),
  ('renewal_agg(%', 'successes(s)', $$CASE WHEN count(renewed) FILTER (WHERE due <= '2024-08-31') > 0 THEN count(*) FILTER (WHERE due <= '2024-08-31' AND renewed) END$$),
  ('renewal_agg(%', 'trials(s)', $$nullif(count(renewed) FILTER (WHERE due <= '2024-08-31'), 0)$$),
  ('renewal_rate(%', 's', $$100.0::float8 * count(*) FILTER (WHERE due <= '2024-08-31' AND renewed) / nullif(count(renewed) FILTER (WHERE due <= '2024-08-31'), 0)$$);

-- subscription: keys of each type, with an amount and without
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('subscription_agg(%s,date,date%s)', type, amount)::regprocedure, 'subscriptions', key || ', started, ended' || argument, false
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(type, key),
         (VALUES ('', ''), (',numeric', ', mrr')) AS a(amount, argument);
-- opening MRR, new, reactivation, expansion, contraction, churned, closing, and the customers of the same, of each month
CREATE FUNCTION movements_by_hand(customers bigint[], started date[], ended date[], amounts numeric[]) RETURNS text[] LANGUAGE sql AS $$
  WITH row AS MATERIALIZED (
    SELECT c, s, e, round(m, 8) AS m FROM unnest(customers, started, ended, amounts) AS r(c, s, e, m)
     WHERE c IS NOT NULL AND s IS NOT NULL AND m IS NOT NULL
  ), month AS (
    SELECT m::date AS b, (m + '1 month'::interval)::date AS next FROM generate_series('2024-05-01'::timestamp, '2024-08-01', '1 month') AS m
  ), ends AS (
    SELECT b, c, coalesce(sum(m) FILTER (WHERE s < b AND coalesce(e >= b, true)), 0) AS o,
           coalesce(sum(m) FILTER (WHERE s < next AND coalesce(e >= next, true)), 0) AS z,
           coalesce(bool_or(s < b AND e IS DISTINCT FROM s) FILTER (WHERE m > 0), false) AS paid_before
      FROM month, row GROUP BY b, next, c
  ), total AS (
    SELECT b, ARRAY[sum(o), sum(z) FILTER (WHERE o = 0 AND NOT paid_before), sum(z) FILTER (WHERE o = 0 AND paid_before), sum(z - o) FILTER (WHERE o > 0 AND z > o),
                    sum(o - z) FILTER (WHERE z > 0 AND z < o), sum(o) FILTER (WHERE z = 0), sum(z)]::numeric(30, 8)[] AS money,
           ROW(count(*) FILTER (WHERE o > 0), count(*) FILTER (WHERE o = 0 AND z > 0 AND NOT paid_before), count(*) FILTER (WHERE o = 0 AND z > 0 AND paid_before),
               count(*) FILTER (WHERE o > 0 AND z = 0), count(*) FILTER (WHERE z > 0))::text AS counts
      FROM ends GROUP BY b
  )
  SELECT array_agg(concat_ws(' ', b, array_replace(money, NULL, 0.00000000), counts) ORDER BY b) FROM total $$;
INSERT INTO question
  SELECT signature, answer,
         CASE WHEN signature::text ~ 'numeric' THEN oracle ELSE replace(oracle, 'mrr', '1::numeric') END
    FROM aggregate, (VALUES
      ($$mrr(s, '2024-06-15')::numeric(30, 8)$$,
       $$CASE WHEN bool_or(customer IS NOT NULL AND started IS NOT NULL AND mrr IS NOT NULL)
              THEN coalesce(sum(round(mrr, 8)) FILTER (WHERE customer IS NOT NULL AND started <= '2024-06-15' AND coalesce(ended > '2024-06-15', true)), 0) END::numeric(30, 8)$$),
      ($$customers(s, '2024-06-15')$$,
       $$CASE WHEN bool_or(customer IS NOT NULL AND started IS NOT NULL AND mrr IS NOT NULL)
              THEN count(DISTINCT customer) FILTER (WHERE round(mrr, 8) > 0 AND started <= '2024-06-15' AND coalesce(ended > '2024-06-15', true)) END$$),
      ($$(SELECT array_agg(concat_ws(' ', period_start,
              ARRAY[opening_mrr, new_mrr, reactivation_mrr, expansion_mrr, contraction_mrr, churned_mrr, closing_mrr]::numeric(30, 8)[],
              ROW(opening_customers, new_customers, reactivated_customers, churned_customers, closing_customers)) ORDER BY period_start)
          FROM mrr_movements(s, 'month', '2024-05-01', '2024-09-01', '2024-12-31'))$$,
       'movements_by_hand(array_agg(customer), array_agg(started), array_agg(ended), array_agg(mrr))'))
         AS q(answer, oracle)
   WHERE dataset = 'subscriptions';

-- activity: keys of each type; days as dates, as timestamps, as instants in a zone
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('activity_agg(%s,%s)', key, day)::regprocedure, 'visits', expression || ', ' || argument, false
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(key, expression),
         (VALUES ('date', 'at::date'), ('timestamp', 'at'), ('timestamptz,text', $$at AT TIME ZONE 'UTC', zone$$)) AS d(day, argument);
-- what would be shifted by the session's TimeZone on its way
INSERT INTO refusal
  SELECT format('activity_agg(%s,%s,text)', key, day)::regprocedure, 'visits', expression || ', ' || argument || ', zone'
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(key, expression),
         (VALUES ('timestamp', 'at'), ('date', 'at::date')) AS d(day, argument);
INSERT INTO refusal
  SELECT format('activity_agg(%s,timestamptz)', key)::regprocedure, 'visits', expression || $$, at AT TIME ZONE 'UTC'$$
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(key, expression);
-- of each month: active, new, retained, resurrected, lost; and of 7-day windows active on the day, in the window, before and in it
CREATE FUNCTION activity_by_hand(customers bigint[], days date[]) RETURNS text[] LANGUAGE sql AS $$
  WITH visit AS MATERIALIZED (
    SELECT DISTINCT c, d, min(d) OVER (PARTITION BY c) AS first FROM unnest(customers, days) AS r(c, d) WHERE c IS NOT NULL AND d IS NOT NULL
  ), month AS (
    SELECT m::date AS b, (m + '1 month'::interval)::date AS next, (m - '1 month'::interval)::date AS before FROM generate_series('2024-03-01'::timestamp, '2024-08-01', '1 month') AS m
  ), person AS (
    SELECT b, c, first, bool_or(d >= b AND d < next) AS here, bool_or(d >= before AND d < b) AS was FROM month, visit GROUP BY b, c, first
  ), rolling AS (
    SELECT day::date, count(DISTINCT c) FILTER (WHERE d = day) AS today, count(DISTINCT c) FILTER (WHERE d > day - interval '7 days') AS in_window,
           count(DISTINCT c) FILTER (WHERE d <= day - interval '7 days') AS before, count(DISTINCT c) AS either
      FROM generate_series('2024-03-01'::timestamp, '2024-08-01', '9 days') AS day LEFT JOIN visit ON d <= day AND d > day - interval '14 days' GROUP BY day
  )
  SELECT CASE WHEN EXISTS (SELECT FROM visit) THEN (SELECT array_agg(concat_ws(' ', b, a, n, r, a - n - r, l) ORDER BY b) FROM (
      SELECT b, count(*) FILTER (WHERE here) AS a, count(*) FILTER (WHERE here AND first >= b) AS n, count(*) FILTER (WHERE here AND was) AS r, count(*) FILTER (WHERE was AND NOT here) AS l FROM person GROUP BY b) x)
    || (SELECT array_agg(concat_ws(' ', day, today, in_window, either - in_window) ORDER BY day) FROM rolling) END $$;
INSERT INTO question
  SELECT signature, answer, replace(oracle, '{day}', CASE WHEN args ~ 'zone' THEN $$(at AT TIME ZONE 'UTC' AT TIME ZONE zone)::date$$ ELSE 'at::date' END)
    FROM aggregate, (VALUES
      ($$nullif(active_customers(s, '[2024-04-10,2024-05-20)'), 0)$$, $$nullif(count(DISTINCT customer) FILTER (WHERE {day} >= '2024-04-10' AND {day} < '2024-05-20'), 0)$$),
      ($$(SELECT array_agg(concat_ws(' ', period_start, active, new, retained, resurrected, lost) ORDER BY period_start) FROM activity_timeline(s, 'month', '2024-03-01', '2024-09-01', '2024-12-31'))
         || (SELECT array_agg(concat_ws(' ', day, active_on_day, active_in_window, lapsed) ORDER BY day) FROM activity_rolling(s, 7, '2024-03-01', '2024-08-02', '2024-12-31', 9))$$,
       'activity_by_hand(array_agg(customer), array_agg({day}))'))
         AS q(answer, oracle)
   WHERE dataset = 'visits';

-- value: keys of each type; days as dates, as timestamps, as instants in a zone
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('purchase_agg(%s,%s)', key, day)::regprocedure, 'orders', expression || ', ' || argument, false
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(key, expression),
         (VALUES ('date,numeric', 'at::date, amount'), ('timestamp,numeric', 'at, amount'), ('timestamptz,numeric,text', $$at AT TIME ZONE 'UTC', amount, zone$$)) AS d(day, argument);
INSERT INTO refusal
  SELECT format('purchase_agg(%s,%s,numeric,text)', key, day)::regprocedure, 'orders', expression || ', ' || argument || ', amount, zone'
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(key, expression),
         (VALUES ('timestamp', 'at'), ('date', 'at::date')) AS d(day, argument);
INSERT INTO refusal
  SELECT format('purchase_agg(%s,timestamptz,numeric)', key)::regprocedure, 'orders', expression || $$, at AT TIME ZONE 'UTC', amount$$
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(key, expression);
-- customers, orders, gross, refunds, those with two orders and with two days; then of each month buyers, new ones and the revenue of the new
CREATE FUNCTION purchases_by_hand(customers bigint[], days date[], amounts numeric[]) RETURNS text[] LANGUAGE sql AS $$
  WITH sale AS MATERIALIZED (
    SELECT c, d, round(a, 8) AS a, min(d) FILTER (WHERE a >= 0) OVER (PARTITION BY c) AS first FROM unnest(customers, days, amounts) AS r(c, d, a) WHERE c IS NOT NULL AND d IS NOT NULL AND a IS NOT NULL
  ), person AS (
    SELECT count(*) FILTER (WHERE a >= 0) AS orders, count(DISTINCT d) FILTER (WHERE a >= 0) AS days, coalesce(sum(a) FILTER (WHERE a >= 0), 0) AS gross, coalesce(-sum(a) FILTER (WHERE a < 0), 0) AS refunds FROM sale GROUP BY c
  ), month AS (
    SELECT m::date AS b, (m + '1 month'::interval)::date AS next FROM generate_series('2024-03-01'::timestamp, '2024-08-01', '1 month') AS m
  )
  SELECT CASE WHEN EXISTS (SELECT FROM sale) THEN (SELECT ARRAY[concat_ws(' ', count(*) FILTER (WHERE orders > 0), sum(orders), sum(gross)::numeric(30, 8), sum(refunds)::numeric(30, 8),
      100.0::float8 * count(*) FILTER (WHERE orders > 1) / nullif(count(*) FILTER (WHERE orders > 0), 0), 100.0::float8 * count(*) FILTER (WHERE days > 1) / nullif(count(*) FILTER (WHERE orders > 0), 0))] FROM person)
    || (SELECT array_agg(concat_ws(' ', b, buyers, new, revenue_new) ORDER BY b) FROM (SELECT b, count(DISTINCT c) FILTER (WHERE a >= 0 AND d >= b) AS buyers, count(DISTINCT c) FILTER (WHERE first >= b AND first < next) AS new,
          coalesce(sum(a) FILTER (WHERE d >= b AND first >= b AND first < next), 0)::numeric(30, 8) AS revenue_new FROM month LEFT JOIN sale ON d >= b AND d < next GROUP BY b) x) END $$;
INSERT INTO question
  SELECT signature, answer, replace(oracle, '{day}', CASE WHEN args ~ 'zone' THEN $$(at AT TIME ZONE 'UTC' AT TIME ZONE zone)::date$$ ELSE 'at::date' END)
    FROM aggregate, (VALUES
      ($$CASE WHEN s IS NOT NULL THEN ARRAY[concat_ws(' ', customers(s), orders(s), gross_revenue(s)::numeric(30, 8), refunds(s)::numeric(30, 8), repeat_purchase_rate(s), repeat_purchase_rate(s, 'days'))] END
         || (SELECT array_agg(concat_ws(' ', period_start, buyers, new_buyers, revenue_new::numeric(30, 8)) ORDER BY period_start) FROM purchase_timeline(s, 'month', '2024-03-01', '2024-09-01', '2024-12-31'))$$,
       'purchases_by_hand(array_agg(customer), array_agg({day}), array_agg(amount))'))
         AS q(answer, oracle)
   WHERE dataset = 'orders';
-- comparison
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('change_agg(text,float8,float8,float8,float8)', 'segments', $$CASE WHEN id <> 500 THEN coalesce(name, 'no name ' || id) END, v0, w0, v1, w1$$, false),
  ('effect_agg(boolean,boolean,text)', 'treatments', 'treated, outcome, stratum', true);
CREATE FUNCTION effect_by_hand(treated boolean[], outcome boolean[], strata text[]) RETURNS text LANGUAGE sql AS $$
  WITH stratum AS (
    SELECT n1, n2, y1, y2, n1 + n2 AS n FROM (
      SELECT count(*) FILTER (WHERE t)::float8 AS n1, count(*) FILTER (WHERE NOT t)::float8 AS n2, count(*) FILTER (WHERE t AND o)::float8 AS y1, count(*) FILTER (WHERE NOT t AND o)::float8 AS y2
        FROM unnest(treated, outcome, strata) AS r(t, o, s) WHERE t IS NOT NULL AND o IS NOT NULL AND s IS NOT NULL GROUP BY s) x
  )
  SELECT concat_ws(' ', round((100 * sum(y1 * n2 / n) FILTER (WHERE n1 > 0 AND n2 > 0) / sum(n1 * n2 / n) FILTER (WHERE n1 > 0 AND n2 > 0))::numeric, 9),
                   round((100 * sum(y2 * n1 / n) FILTER (WHERE n1 > 0 AND n2 > 0) / sum(n1 * n2 / n) FILTER (WHERE n1 > 0 AND n2 > 0))::numeric, 9),
                   count(*) FILTER (WHERE n1 = 0 OR n2 = 0), coalesce(sum(n) FILTER (WHERE n1 = 0 OR n2 = 0), 0)) FROM stratum HAVING count(*) > 0 $$;
INSERT INTO question VALUES
  ('change_agg(%', '(SELECT round(sum(total)::numeric, 8) FROM change_parts(s))', 'round((sum(v1 * w1) FILTER (WHERE w1 > 0) / nullif(sum(w1), 0) - sum(v0 * w0) FILTER (WHERE w0 > 0) / nullif(sum(w0), 0))::numeric, 8)'),
  ('change_agg(%', '(SELECT nullif(count(*), 0) FROM change_parts(s))', 'nullif(count(*) FILTER (WHERE w0 > 0 OR w1 > 0), 0)');
INSERT INTO question
  SELECT 'effect_agg(%', $$(SELECT nullif(concat_ws(' ', round(treated_rate::numeric, 9), round(untreated_rate::numeric, 9), strata_without_overlap, rows_without_overlap), '') FROM effect(s))$$,
         'effect_by_hand(array_agg(treated), array_agg(outcome), array_agg(stratum))';

-- payment: as of a day with invoices due before, on and after it, paid before, on and after it
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('payment_agg(date,date,numeric,date)', 'invoices', $$due, paid, amount, '2024-08-01'$$, true),
  ('on_time_agg(date,date,date)', 'invoices', $$due, paid, '2024-08-01'$$, true),
  ('on_time_rate(date,date,date)', 'invoices', $$due, paid, '2024-08-01'$$, true);
INSERT INTO question VALUES
  ('payment_agg(%', 'on_time_rate(s)', $$100.0::float8 * count(*) FILTER (WHERE amount >= 0 AND due < '2024-08-01' AND paid <= due) / nullif(count(*) FILTER (WHERE amount >= 0 AND due < '2024-08-01'), 0)$$),
  ('payment_agg(%', 'ROW(overdue_count(s), overdue_amount(s), open_amount(s))', $$ROW(CASE WHEN count(due + amount::int) > 0 THEN count(*) FILTER (WHERE amount >= 0 AND due < '2024-08-01' AND coalesce(paid > '2024-08-01', true)) END,
      CASE WHEN count(due + amount::int) > 0 THEN coalesce(sum(amount) FILTER (WHERE due < '2024-08-01' AND coalesce(paid > '2024-08-01', true)), 0.00) END,
      CASE WHEN count(due + amount::int) > 0 THEN coalesce(sum(amount) FILTER (WHERE due IS NOT NULL AND coalesce(paid > '2024-08-01', true)), 0.00) END)$$),
  ('payment_agg(%', $$(SELECT array_agg(ROW(bucket, invoices, amount) ORDER BY ctid) FROM (SELECT row_number() OVER () AS ctid, * FROM ageing(s, '{15,40}')) x)$$,
   $$CASE WHEN count(due + amount::int) > 0 THEN ARRAY[
      ROW('current', count(*) FILTER (WHERE amount >= 0 AND due >= '2024-08-01' AND coalesce(paid > '2024-08-01', true)), coalesce(sum(amount) FILTER (WHERE due >= '2024-08-01' AND coalesce(paid > '2024-08-01', true)), 0.00)),
      ROW('1-15', count(*) FILTER (WHERE amount >= 0 AND '2024-08-01' - due BETWEEN 1 AND 15 AND coalesce(paid > '2024-08-01', true)), coalesce(sum(amount) FILTER (WHERE '2024-08-01' - due BETWEEN 1 AND 15 AND coalesce(paid > '2024-08-01', true)), 0.00)),
      ROW('16-40', count(*) FILTER (WHERE amount >= 0 AND '2024-08-01' - due BETWEEN 16 AND 40 AND coalesce(paid > '2024-08-01', true)), coalesce(sum(amount) FILTER (WHERE '2024-08-01' - due BETWEEN 16 AND 40 AND coalesce(paid > '2024-08-01', true)), 0.00)),
      ROW('over 40', count(*) FILTER (WHERE amount >= 0 AND '2024-08-01' - due > 40 AND coalesce(paid > '2024-08-01', true)), coalesce(sum(amount) FILTER (WHERE '2024-08-01' - due > 40 AND coalesce(paid > '2024-08-01', true)), 0.00))] END$$),
  ('on_time_agg(%', 's::text', $$CASE WHEN count(*) FILTER (WHERE due < '2024-08-01') > 0 THEN format('1:%s/%s', count(*) FILTER (WHERE due < '2024-08-01' AND paid <= due), count(*) FILTER (WHERE due < '2024-08-01')) END$$),
  ('on_time_rate(%', 's', $$100.0::float8 * count(*) FILTER (WHERE due < '2024-08-01' AND paid <= due) / nullif(count(*) FILTER (WHERE due < '2024-08-01'), 0)$$);
INSERT INTO question VALUES
  ('payment_agg(%', 'average_days_late(s)', $$(avg(least(paid, '2024-08-01') - due) FILTER (WHERE amount >= 0 AND least(paid, '2024-08-01') > due))::float8$$, 1e-14),
  ('payment_agg(%', $$average_payment_delay(s, 'amount')$$, $$CASE WHEN sum(amount) FILTER (WHERE due IS NOT NULL AND (paid <= '2024-08-01' OR due < '2024-08-01')) > 0
      THEN (sum(amount * (least(paid, '2024-08-01') - due)) FILTER (WHERE due IS NOT NULL AND (paid <= '2024-08-01' OR due < '2024-08-01')))::float8 / (sum(amount) FILTER (WHERE due IS NOT NULL AND (paid <= '2024-08-01' OR due < '2024-08-01')))::float8 END$$, 1e-13);
-- calibration: fits that have an answer in a closed form
INSERT INTO dataset VALUES ('outcomes', $$
    CASE WHEN u(id, 1) >= 0.03 THEN u(id, 2) < 0.3 + 0.4 * (u(id, 3) < 0.5)::int END AS churned, (u(id, 3) < 0.5)::int AS warned,
    CASE WHEN u(id, 4) >= 0.03 THEN trunc(5 * u(id, 5)) END AS weight$$);
-- (the state of a fit is also a value)
CREATE AGGREGATE keep(boolean, float8[]) (SFUNC = logistic_fit_accum, STYPE = samplesummary, COMBINEFUNC = combine, PARALLEL = SAFE);
CREATE AGGREGATE keep_signals(healthmodel, boolean, record, date, bigint) (SFUNC = health_fit_accum, STYPE = samplesummary, COMBINEFUNC = combine, PARALLEL = SAFE);
CREATE AGGREGATE keep_signals(healthmodel, boolean, float8[], bigint) (SFUNC = health_fit_accum, STYPE = samplesummary, COMBINEFUNC = combine, PARALLEL = SAFE);
CREATE TYPE signals AS (usage float8);
INSERT INTO demanding SELECT oid, 'ten customers of each kind' FROM pg_proc WHERE proname = 'health_fit' AND prokind = 'a';
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('keep_signals(healthmodel,boolean,record,date,bigint)', 'outcomes', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, churned, ROW(weight)::signals, NULL::date, 90::bigint$$, false),
  ('keep_signals(healthmodel,boolean,float8[],bigint)', 'outcomes', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, churned, ARRAY[weight]::float8[], 90::bigint$$, false),
  ('health_normalize(healthmodel,record)', 'outcomes', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, ROW(weight)::signals$$, false),
  ('health_normalize(healthmodel,record,date)', 'outcomes', $$'{"signals": [{"name": "usage", "worst": 0, "best": 10}]}'::healthmodel, ROW(weight)::signals, '2024-12-31'::date$$, false),
  ('keep(boolean,float8[])', 'outcomes', 'churned, ARRAY[warned]::float8[]', false),
  ('logistic_fit(boolean,float8[])', 'outcomes', 'churned, ARRAY[warned]::float8[]', false),
  ('logistic_fit(boolean,float8[],float8)', 'outcomes', $$churned, '{}'::float8[], 2::float8$$, false),
  ('logistic_fit(boolean,float8[],float8,float8)', 'outcomes', $$churned, '{}'::float8[], 0::float8, weight::float8$$, false),
  ('logistic_fit(boolean,float8[],text)', 'outcomes', $$churned, '{}'::float8[], 'firth'::text$$, false);
INSERT INTO refusal VALUES ('logistic_fit(boolean,float8[],text,float8)', 'outcomes', $$churned, '{}'::float8[], 'firth'::text, weight::float8$$);
INSERT INTO question VALUES
  ('health_normalize(%', $$(s::jsonb->'signals'->0->'curve'->0->>0)::float8$$, 'CASE WHEN min(weight) < max(weight) THEN min(weight) END', 1e-15),
  ('keep_signals(%', $$CASE WHEN s IS NOT NULL THEN 'some' END$$, $$CASE WHEN count(churned) > 0 THEN 'some' END$$, 0),
  ('keep(boolean,double precision[])', '(logistic_fit_final(s)).rows', 'nullif(count(churned), 0)', 0),
  ('logistic_fit(boolean,double precision[])', '(s).coefficients[2]', (SELECT format('CASE WHEN least(%1$s, %2$s, %3$s, %4$s) > 0 THEN ln(%1$s::float8 * %4$s / (%2$s::float8 * %3$s)) END',
     'count(*) FILTER (WHERE churned AND warned = 1)', 'count(*) FILTER (WHERE NOT churned AND warned = 1)', 'count(*) FILTER (WHERE churned AND warned = 0)', 'count(*) FILTER (WHERE NOT churned AND warned = 0)')), 1e-9),
  ('logistic_fit(boolean,double precision[],double precision)', '(s).coefficients[1]', 'CASE WHEN bool_or(churned) AND NOT bool_and(churned) THEN ln(count(*) FILTER (WHERE churned)::float8 / count(*) FILTER (WHERE NOT churned)) END', 1e-9),
  ('logistic_fit(boolean,double precision[],double precision,double precision)', '(s).coefficients[1]', 'CASE WHEN sum(weight) FILTER (WHERE churned) > 0 AND sum(weight) FILTER (WHERE NOT churned) > 0 THEN ln(sum(weight) FILTER (WHERE churned) / sum(weight) FILTER (WHERE NOT churned)) END', 1e-9),
  ('logistic_fit(boolean,double precision[],text)', '(s).coefficients[1]', 'CASE WHEN count(churned) > 0 THEN ln((count(*) FILTER (WHERE churned) + 0.5::float8) / (count(*) FILTER (WHERE NOT churned) + 0.5::float8)) END', 1e-9);

-- lifetime: the fits, of which a definition in SQL counts the customers
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('bgnbd_fit(float8,float8,float8)', 'buyers', 'frequency, recency, age', false),
  ('bgnbd_fit(float8,float8,float8,bigint)', 'buyers', 'frequency, recency, age, 7', false),
  ('bgnbd_fit(float8,float8,float8,bigint,text)', 'buyers', $$frequency, recency, age, 7, 'mbg'$$, false),
  ('gamma_gamma_fit(float8,float8)', 'buyers', 'frequency, monetary', false),
  ('sbg_fit(bigint,boolean)', 'buyers', 'periods, churned', false),
  ('sbg_fit(bigint,boolean,bigint)', 'buyers', 'periods, churned, contracts', false);
INSERT INTO question VALUES
  ('bgnbd_fit(%', '(s).customers', 'nullif(count(*) FILTER (WHERE num_nulls(frequency, recency, age) = 0), 0)'),
  ('gamma_gamma_fit(%', '(s).customers', 'nullif(count(monetary) FILTER (WHERE frequency > 0), 0)'),
  ('sbg_fit(bigint,boolean)', '(s).customers', 'nullif(count(*) FILTER (WHERE num_nulls(periods, churned) = 0), 0)'),
  ('sbg_fit(bigint,boolean,bigint)', '(s).customers', 'nullif(sum(contracts) FILTER (WHERE num_nulls(periods, churned) = 0), 0)');
INSERT INTO question VALUES
  ('gamma_gamma_fit(%', '(s).correlation', '(corr(frequency, monetary) FILTER (WHERE frequency > 0))', 1e-9);
-- survival: with and without an entry, the end or its cause, a weight
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('survival_agg(%s)', concat_ws(',', entry, 'bigint', ended, weight))::regprocedure, 'lives', concat_ws(', ', CASE WHEN entry IS NOT NULL THEN 'entry' END, 'duration', CASE ended WHEN 'boolean' THEN 'cause > 0' ELSE 'cause' END, CASE WHEN weight IS NOT NULL THEN 'mrr' END), true
    FROM (VALUES (NULL), ('bigint')) e(entry), (VALUES ('boolean'), ('bigint')) c(ended), (VALUES (NULL), ('numeric')) w(weight) WHERE entry IS NOT NULL OR ended = 'boolean' OR weight IS NULL;
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('cox_fit(bigint,boolean,float8[])', 'lives', 'duration, cause > 0, ARRAY[x]', false),
  ('cox_fit(bigint,bigint,boolean,float8[])', 'lives', 'entry, duration, cause > 0, ARRAY[x]', false);
-- at risk, ended and what is left on days 50 and 70: of the rows that count, which have an entry of -1 where there is none
CREATE FUNCTION lives_by_hand(entries bigint[], durations bigint[], causes bigint[], weights numeric[]) RETURNS text[] LANGUAGE sql AS $$
  WITH life AS (
    SELECT * FROM unnest(entries, durations, causes, weights) AS r(e, d, c, w) WHERE e IS NOT NULL AND d IS NOT NULL AND c IS NOT NULL AND w IS NOT NULL
  ), step AS (
    SELECT t, sum(w) AS n, coalesce(sum(w) FILTER (WHERE d = t AND c > 0), 0) AS ended FROM (SELECT DISTINCT d AS t FROM life) x JOIN life ON e < t AND t <= d GROUP BY t
  )
  SELECT CASE WHEN EXISTS (SELECT FROM life) THEN (SELECT array_agg(concat_ws(' ', t, n::numeric(20, 2), ended::numeric(20, 2)) ORDER BY t) FROM step)
    || (SELECT array_agg(concat_ws(' ', day, CASE WHEN day <= last OR none THEN round(CASE WHEN none THEN 0 ELSE exp(logs) END::numeric, 9) END) ORDER BY day)
          FROM (SELECT day, max(t) FILTER (WHERE t <= day) AS at, bool_or(ended = n AND ended > 0) FILTER (WHERE t <= day) IS TRUE AS none, coalesce(sum(ln(nullif(1 - ended / nullif(n, 0), 0))) FILTER (WHERE t <= day), 0) AS logs, max(t) AS last FROM step, (VALUES (50), (70)) v(day) GROUP BY day) z) END $$;
INSERT INTO question
  SELECT signature, $$CASE WHEN s IS NOT NULL THEN (SELECT array_agg(concat_ws(' ', t, at_risk::numeric(20, 2), ended::numeric(20, 2)) ORDER BY t) FROM survival_curve(s))
            || ARRAY[concat_ws(' ', 50, round(survival(s, 50)::numeric, 9)), concat_ws(' ', 70, round(survival(s, 70)::numeric, 9))] END$$,
         format('lives_by_hand(array_agg(%s), array_agg(duration), array_agg(cause), array_agg(%s))', CASE WHEN args ~ 'entry' THEN 'entry' ELSE '-1::bigint' END, CASE WHEN args ~ 'mrr' THEN 'mrr' ELSE '1::numeric' END)
    FROM aggregate WHERE dataset = 'lives' AND signature::text ~ '^(\w+\.)?survival_agg';
INSERT INTO question VALUES
  ('cox_fit(bigint,boolean,%', '(s).events', 'CASE WHEN count(duration * cause) > 0 THEN count(duration) FILTER (WHERE cause > 0) END'),
  ('cox_fit(bigint,bigint,%', '(s).events', 'CASE WHEN count(entry * duration * cause) > 0 THEN count(entry * duration) FILTER (WHERE cause > 0) END');
-- calibration: validation, early warning, forecasts
INSERT INTO dataset VALUES
  -- scores with ties and with many decimals; low ones churn more often; probabilities and amounts of contracts
  ('scores', $$
    CASE WHEN u(id, 1) < 0.03 THEN NULL WHEN u(id, 2) < 0.5 THEN trunc(100 * u(id, 3)) ELSE 100 * u(id, 3) END AS score,
    CASE WHEN u(id, 4) >= 0.03 THEN u(id, 5) < 0.4 - 0.3 * u(id, 3) END AS churned,
    CASE WHEN u(id, 6) >= 0.03 THEN round((0.4 + 0.6 * u(id, 7))::numeric, 1)::float8 END AS probability,
    CASE WHEN u(id, 8) >= 0.03 THEN round((10 * u(id, 9))::numeric) * 10 END AS mrr,
    CASE WHEN id % 16 = 0 THEN (SELECT forecast_agg(0.5, 100) FROM generate_series(1, 2)) END AS forecast, 100 + trunc(62 + 35 * u(id, 10))::numeric AS actual$$),
  -- a few customers with many snapshots, a third of whom leaves; several scores of one day
  ('snapshots', $$
    CASE WHEN u(id, 1) >= 0.03 THEN trunc(900 * u(id, 2) ^ 3)::bigint END AS customer,
    CASE WHEN u(id, 3) >= 0.03 THEN '2024-01-01'::date + trunc(400 * u(id, 4))::int END AS day,
    CASE WHEN u(id, 5) >= 0.03 THEN trunc(100 * u(id, 6)) END AS score,
    CASE WHEN trunc(900 * u(id, 2) ^ 3)::bigint % 3 = 0 AND u(id, 7) > 0.2 THEN '2024-06-01'::date + (trunc(900 * u(id, 2) ^ 3)::bigint * 37 % 300)::int END AS churned_on$$);
INSERT INTO aggregate (signature, dataset, args, moving) VALUES
  ('validation_agg(float8,boolean)', 'scores', 'score, churned', true),
  ('health_auc(float8,boolean)', 'scores', 'score, churned', true),
  ('roc_auc(float8,boolean)', 'scores', '-score, churned', true),
  ('brier_score(float8,boolean)', 'scores', 'probability, churned', true),
  ('auc_difference(float8,float8,boolean)', 'scores', 'score, probability, churned', false),
  ('forecast_agg(float8,numeric)', 'scores', 'probability, mrr', true),
  ('renewal_forecast(float8,numeric)', 'scores', 'probability, CASE WHEN id % 32 = 0 THEN mrr / 1000 END', true),
  ('renewal_forecast(float8,numeric,float8)', 'scores', 'probability, CASE WHEN id % 32 = 0 THEN mrr END, 90', true),
  ('renewal_forecast(float8,numeric,float8,float8)', 'scores', 'probability, CASE WHEN id % 32 = 0 THEN mrr END, 80, 0.1', true),
  ('forecast_overdispersion(forecastsummary,numeric)', 'scores', 'forecast, actual', false);
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('warning_agg(%s,date,float8,date)', type)::regprocedure, 'snapshots', key || ', day, score, churned_on', false
    FROM (VALUES ('bigint', 'customer'), ('uuid', 'md5(customer::text)::uuid'), ('text', $$'customer ' || customer$$)) AS k(type, key);
INSERT INTO aggregate (signature, dataset, args, moving)
  SELECT format('health_profile(healthmodel,%s%s)', type, as_of)::regprocedure, 'scores', format($$'{"signals": [{"name": "f2", "steps": [[0, 10], [50, 60]]}, {"name": "f1", "worst": 20, "best": 80}]}'::healthmodel, %s%s$$, row, argument), false
    FROM (VALUES ('record', 'ROW(score, mrr)'), ('jsonb', $$jsonb_build_object('f1', score, 'f2', mrr)$$)) AS t(type, row), (VALUES ('', ''), (',date', ', NULL')) AS a(as_of, argument);
CREATE FUNCTION auc_by_hand(scores float8[], churned boolean[]) RETURNS float8 LANGUAGE sql AS $$
  WITH one AS (SELECT s, count(*) FILTER (WHERE c) AS c, count(*) FILTER (WHERE NOT c) AS k FROM unnest(scores, churned) AS r(s, c) WHERE s IS NOT NULL AND c IS NOT NULL GROUP BY s),
       sums AS (SELECT c, k, sum(k) OVER (ORDER BY s DESC) - k AS above FROM one)
  SELECT (sum(c * (2 * above + k))::float8 / nullif(2 * sum(c) * sum(k), 0)::float8) FROM sums $$;
CREATE FUNCTION warning_by_hand(customers bigint[], days date[], scores float8[], churned_on date[]) RETURNS text LANGUAGE sql AS $$
  WITH row AS (SELECT c, d, s, max(e) OVER (PARTITION BY c) AS e FROM unnest(customers, days, scores, churned_on) AS r(c, d, s, e) WHERE c IS NOT NULL AND d IS NOT NULL AND s IS NOT NULL),
       snapshot AS MATERIALIZED (SELECT c, d, s, CASE WHEN e <= '2025-01-31' THEN e END AS e FROM row WHERE d <= '2025-01-31' AND (e > '2025-01-31' OR d < e) IS NOT FALSE),
       month AS (SELECT c, date_trunc('month', d), bool_or(s < 40) AS alarm, bool_or(s < 40 AND e <= d + 60) IS TRUE AS was_right FROM snapshot WHERE d + 60 <= '2025-01-31' GROUP BY 1, 2)
  SELECT CASE WHEN EXISTS (SELECT FROM row) THEN concat_ws(' ', (SELECT count(DISTINCT c) FILTER (WHERE e IS NOT NULL) FROM snapshot),
           (SELECT count(DISTINCT c) FROM snapshot WHERE s < 40 AND d >= e - 60), (SELECT concat_ws(' ', count(*) FILTER (WHERE alarm), count(*) FILTER (WHERE alarm AND NOT was_right), count(*)) FROM month),
           (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY e - first) FROM (SELECT c, e, min(d) AS first FROM snapshot WHERE s < 40 AND d >= e - 60 GROUP BY c, e) AS x)) END $$;
INSERT INTO question VALUES
  ('validation_agg(%', 'auc(s)', 'auc_by_hand(array_agg(score), array_agg(churned))'),
  ('validation_agg(%', '(SELECT sum(v.churned) FROM validation_scores(s) AS v)', 'sum(churned::int) FILTER (WHERE score IS NOT NULL)'),
  ('health_auc(%', 's', 'auc_by_hand(array_agg(score), array_agg(churned))'),
  ('roc_auc(%', 's', 'auc_by_hand(array_agg(score), array_agg(churned))'),
  ('forecast_agg(%', '(renewal_forecast(s)).expected::numeric(20, 6)', 'sum(probability::numeric * mrr)::numeric(20, 6)'),
  ('renewal_forecast(double precision,numeric)', '(s).expected::numeric(20, 6)', 'sum(probability::numeric * mrr / 1000) FILTER (WHERE id % 32 = 0)::numeric(20, 6)'),
  ('renewal_forecast(double precision,numeric,double precision)', '(s).expected::numeric(20, 6)', 'sum(probability::numeric * mrr) FILTER (WHERE id % 32 = 0)::numeric(20, 6)'),
  ('renewal_forecast(double precision,numeric,double precision,double precision)', '(s).expected::numeric(20, 6)', 'sum(probability::numeric * mrr) FILTER (WHERE id % 32 = 0)::numeric(20, 6)');
INSERT INTO question VALUES
  ('forecast_overdispersion(%', 's', 'CASE WHEN count(forecast) > 1 THEN greatest(0, sin(2 * pi() * (avg((actual - 100) ^ 2) FILTER (WHERE forecast IS NOT NULL) - 5000) / 20000)) END', 1e-9),
  ('auc_difference(%', '(s).difference', 'auc_by_hand(array_agg(score + 0 * probability), array_agg(churned)) - auc_by_hand(array_agg(probability + 0 * score), array_agg(churned))', 1e-12),
  ('brier_score(%', 's', 'avg((probability - churned::int) ^ 2)', 1e-12);
INSERT INTO question
  SELECT signature, $$(SELECT array_agg(ROW(rows, round(known_percent::numeric, 6), round(at_worst_percent::numeric, 6), round(at_best_percent::numeric, 6), round(mean_score::numeric, 8), round(sd::numeric, 6)) ORDER BY signal DESC) FROM health_profile_table(s))$$,
         $$CASE WHEN count(*) > 0 THEN ARRAY[
           ROW(count(*), round(100.0 * count(mrr) / count(*), 6), round(0 * 100.0 / nullif(count(mrr), 0), 6), round(0 * 100.0 / nullif(count(mrr), 0), 6), round(avg(CASE WHEN mrr >= 50 THEN 60 WHEN mrr >= 0 THEN 10 END), 8), round(stddev(CASE WHEN mrr >= 50 THEN 60 WHEN mrr >= 0 THEN 10 END), 6)),
           ROW(count(*), round(100.0 * count(score) / count(*), 6), round(100.0 * count(*) FILTER (WHERE score <= 20) / nullif(count(score), 0), 6), round(100.0 * count(*) FILTER (WHERE score >= 80) / nullif(count(score), 0), 6),
               round((avg(least(100, greatest(0, (score - 20) / 0.6))) FILTER (WHERE score IS NOT NULL))::numeric, 8), round((stddev(least(100, greatest(0, (score - 20) / 0.6))) FILTER (WHERE score IS NOT NULL))::numeric, 6))] END$$
    FROM aggregate WHERE signature::text ~ '^health_profile';
INSERT INTO question
  SELECT signature, $$(SELECT concat_ws(' ', churned, caught, alarms, false_alarms, customer_months, median_days_of_warning) FROM warning_table(s, '{40}', 60, '2025-01-31'))$$,
         'warning_by_hand(array_agg(customer), array_agg(day), array_agg(score), array_agg(churned_on))'
    FROM aggregate WHERE dataset = 'snapshots';

-- (other tests want the rows and calls alone: psql -v rows_only=1)
\if :{?rows_only}
SELECT make_rows();
\quit
\endif

-- run
\o /dev/null
SELECT make_rows();
SELECT make_reference();
SELECT ask_questions();
SELECT store(name) FROM dataset;
SELECT run(name) FROM dataset;
SELECT refuse();
SELECT forgotten();
\o

-- the cases, and whether each was put to every aggregate it is for
SELECT "case", count(DISTINCT aggregate) = (SELECT count(*) FROM entry WHERE is_builder OR "case" !~ '^(rollup|combine)') AND min(groups) > 0 AS all_done
  FROM done GROUP BY 1 ORDER BY min(id);

-- what failed
SELECT f.*, :'seed' AS seed
  FROM (SELECT *, row_number() OVER (PARTITION BY aggregate, "case" ORDER BY key) AS nth FROM failure) AS f
 WHERE nth <= 3 ORDER BY aggregate, "case", key;

RESET search_path;
DROP SCHEMA equivalence CASCADE;
