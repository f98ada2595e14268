-- A made-up SaaS company: 5,000 customers, 2024-01-01 .. 2026-06-30.
--
--   psql -f examples/saas.sql        (drops and rebuilds the schema saas)
--
-- How it is made.  Every customer has a hidden health that wanders from month
-- to month; it drives usage, answers, tickets and late payments, and, with
-- noise, the risk of leaving.  The hidden numbers live in temporary tables and
-- are gone afterwards: an analyst sees only what a company would see.
--
-- Every random number is a hash of (seed, name of the draw, keys of the row),
-- see saas.u().  random() would give its values in plan order; this way the
-- same rows come out whatever the plan, TimeZone, locale or number of workers.
--
-- Delays are in hours: a timestamptz plus days depends on the session's TimeZone.
--
-- "offset 0" keeps the planner from merging a subquery with the one around it,
-- which would compute its draws again wherever they are mentioned.

begin;
set local client_min_messages = warning;
set local jit = off;              -- compiling these expressions takes longer than running them
set local work_mem = '64MB';
drop schema if exists saas cascade;
create schema saas;
comment on schema saas is 'Sample: a software company with subscriptions, 2024-01-01 to 2026-06-30';

-- first_day, last_day, end_of; the random numbers u and z
\set sample saas
\ir sample_tools.sql

-- ---------------------------------------------------------------------------
-- Catalogues
-- ---------------------------------------------------------------------------

create table saas.plans (
    plan          text primary key,
    rank          int not null,
    seat_price    numeric(8,2) not null,     -- per seat and month, EUR list price
    features      int not null               -- the first so many of saas.features are included
);
insert into saas.plans values
    ('free', 0, 0, 4), ('trial', 0, 0, 12), ('starter', 1, 19, 6),
    ('growth', 2, 29, 8), ('scale', 3, 45, 10), ('enterprise', 4, 59, 12),
    ('analytics add-on', 0, 9, 0);
comment on table saas.plans is 'Plans, their price per seat and how many features they include';

create table saas.features (
    feature  text primary key,
    rank     int not null unique
);
insert into saas.features (rank, feature)
select ordinality, f
from unnest(array['documents', 'search', 'comments', 'templates', 'dashboards', 'exports',
                  'automation', 'approvals', 'api', 'integrations', 'audit log', 'forecasts'])
     with ordinality as t(f, ordinality);
comment on table saas.features is 'Features of the product, from the most to the least common';

create table saas.reporting_rates (
    currency  text primary key,
    to_eur    numeric(10,6) not null
);
insert into saas.reporting_rates values ('EUR', 1), ('USD', 0.92);
comment on table saas.reporting_rates is 'Fixed rates at which amounts are reported in EUR';

create table saas.sla (
    priority     text primary key,
    first_reply  interval not null,
    resolution   interval not null
);
insert into saas.sla values
    ('low', '24 hours', '10 days'), ('normal', '8 hours', '5 days'),
    ('high', '4 hours', '2 days'), ('urgent', '1 hour', '8 hours');
comment on table saas.sla is 'Service levels promised per ticket priority';

create table saas.support_hours (
    calendar  businesshours not null
);
insert into saas.support_hours values ('{
  "timezone": "Europe/Warsaw",
  "week": {"mon": [["08:00", "18:00"]], "tue": [["08:00", "18:00"]], "wed": [["08:00", "18:00"]],
           "thu": [["08:00", "18:00"]], "fri": [["08:00", "18:00"]]},
  "holidays": ["2024-01-01", "2024-04-01", "2024-05-01", "2024-05-03", "2024-11-11", "2024-12-25", "2024-12-26",
               "2025-01-01", "2025-01-06", "2025-04-21", "2025-05-01", "2025-11-11", "2025-12-25", "2025-12-26",
               "2026-01-01", "2026-01-06", "2026-04-06", "2026-05-01", "2026-11-11", "2026-12-25",
               {"day": "2024-12-24", "hours": [["08:00", "13:00"]]}, {"day": "2025-12-24", "hours": [["08:00", "13:00"]]}]}');
comment on table saas.support_hours is 'When support answers: one row';

-- ---------------------------------------------------------------------------
-- Customers
-- ---------------------------------------------------------------------------
\echo 'saas: customers and their hidden health'

create table saas.customers (
    id             bigint primary key,
    name           text not null,
    segment        text not null,
    country        text not null,
    timezone       text not null,
    currency       text not null references saas.reporting_rates,
    signed_up      date not null,
    renewal_date   date,                      -- as of the last day; NULL: monthly or gone
    success_manager text,
    telemetry      boolean not null           -- false: the customer opted out of usage tracking
);

insert into saas.customers
with words as (
    -- 71 x 73 words: coprime with the step below, so every name is met once
    select string_to_array('Amber Anchor Apex Arbor Arctic Aspen Atlas Aurora Basalt Beacon Birch Blue '
        'Bold Boreal Bright Bronze Canyon Cedar Central Clear Cobalt Copper Coral Crest Crystal Delta '
        'Ember Evergreen Falcon First Forge Garnet Glacier Golden Granite Green Grove Harbor Hazel Helix '
        'Heron High Indigo Iron Ivory Jade Juniper Keystone Lark Lime Lunar Maple Marble Meadow Mint '
        'Nimbus North Oak Onyx Orchid Pearl Pine Polar Prime Quartz Red River Sable Silver Summit Vista', ' ') as first,
        string_to_array('Agency Air Analytics Apparel Audio Automation Bakery Bank Biotech Books Brewing '
        'Build Capital Care Catering Cement Chemicals Clinics Coffee Concepts Dairy Data Dental Design '
        'Devices Dynamics Electric Energy Engineering Estates Events Farms Fashion Films Finance Fitness '
        'Foods Freight Furniture Games Gardens Glass Hotels Insurance Interiors Labs Law Learning '
        'Lighting Logistics Machines Marine Markets Media Metals Mobility Motors Network Optics '
        'Packaging Paper Partners Pharma Press Printing Rail Robotics Security Shipping Software Solar '
        'Steel Studio', ' ') as second
), c as (
    select i::bigint as id,
           ((i * 1999) % 5183)::int as w,
           saas.u('segment', i) as seg,
           saas.u('country', i) as cty,
           -- the first 1,300 were there before the books open, then sign-ups
           -- arrive at a rate that rises by half over the 30 months
           case when i <= 1300
                then saas.first_day() - 1 - floor(720 * power(1 - i / 1301.0::float8, 1.3))::int
                else saas.first_day() + least(911, greatest(0, floor(
                         912 * (-0.8 + sqrt(0.64 + 0.8 * (i - 1300.5::float8) / 3700)) / 0.4
                         + 6 * saas.u('sign-up', i) - 3)))::int
           end as signed_up
    from generate_series(1, 5000) i
)
select c.id,
       words.first[1 + w % 71] || ' ' || words.second[1 + w / 71],
       case when id in (101, 102) then 'mid-market'       -- the pair that merges later
            when seg < 0.70 then 'SMB' when seg < 0.93 then 'mid-market' else 'enterprise' end,
       t.country, t.timezone, t.currency, c.signed_up, null,
       (array['Anna', 'Bartek', 'Chen', 'Dora', 'Emil', 'Farida', 'Greg', 'Hana'])[1 + floor(8 * saas.u('manager', id))::int],
       saas.u('telemetry', id) >= 0.03
from c cross join words
join (values (0.00, 0.40, 'PL', 'Europe/Warsaw', 'EUR'), (0.40, 0.58, 'DE', 'Europe/Berlin', 'EUR'),
             (0.58, 0.68, 'IE', 'Europe/Dublin', 'EUR'), (0.68, 0.84, 'US', 'America/New_York', 'USD'),
             (0.84, 0.93, 'US', 'America/Chicago', 'USD'), (0.93, 1.00, 'US', 'America/Los_Angeles', 'USD'))
     as t(lo, hi, country, timezone, currency) on cty >= lo and cty < hi;
comment on table saas.customers is 'One row per account';

-- What nobody outside this file sees: the temper of each customer.
drop table if exists pg_temp.gen_customer, pg_temp.gen_month, pg_temp.gen_life, pg_temp.gen_live, pg_temp.gen_ticket, pg_temp.gen_contact;
create temp table gen_customer as
select id, segment, timezone, currency, signed_up, telemetry,
       saas.z('quality', id) as quality,       -- how well the product fits
       saas.z('use', id) as use_z,             -- heavy and light users
       saas.z('voice', id) as voice_z,         -- harsh and kind judges
       saas.z('pay', id) as pay_z,             -- slow payers
       saas.z('adopt', id) as adopt_z,         -- curious users
       saas.u('responds', id) as responds,     -- below 0.2: never answers a survey
       case segment when 'SMB' then exp(1.15 + 0.55 * saas.z('seats', id))
                    when 'mid-market' then exp(2.6 + 0.40 * saas.z('seats', id))
                    else exp(3.6 + 0.45 * saas.z('seats', id)) end as seats,
       case segment when 'SMB' then 1 when 'mid-market' then 2 else 3 end
           + (saas.u('plan', id) < 0.35)::int as plan_rank,
       case when saas.u('discount', id) < 0.25 then 0.10 + 0.05 * floor(4 * saas.u('rebate', id)) else 0 end as discount,
       saas.u('annual', id) < case segment when 'SMB' then 0.25 when 'mid-market' then 0.55 else 0.9 end as annual,
       saas.u('switch', id) < 0.15 as turns_annual,       -- monthly customers who sign for a year after one
       -- months before the first paid one: a free plan (999: for ever), a trial month or none
       case when segment = 'SMB' and saas.u('free', id) < 0.09
            then case when saas.u('converts', id) < 0.3 then 2 + floor(10 * saas.u('converts at', id))::int else 999 end
            when id > 1300 and saas.u('trial', id) < 0.55 then 1
            else 0 end as paid_from
from saas.customers;

-- A grid of months per customer, counted from the sign-up day.  Health is a
-- constant plus an autoregressive walk, a[n] = 0.86 a[n-1] + shock, written
-- as a running sum so that no recursion is needed.
create temp table gen_month as
select id, n, from_day, to_day, health,
       coalesce((health + lag(health) over (partition by id order by n)) / 2, health) as recent
from (
    select c.id, n,
           (c.signed_up + make_interval(months => n))::date as from_day,
           (c.signed_up + make_interval(months => n + 1))::date as to_day,
           0.65 * c.quality
           + power(0.86::float8, n) * sum(power(0.86::float8, -n)
                 * case when n = 0 then 0.7 * saas.z('start', c.id)
                        else 0.36 * saas.z('shock', c.id, n)
                             -- a crisis: the champion leaves, a migration fails
                             - case when saas.u('crisis', c.id, n) < 0.014 then 1.6 else 0 end
                   end) over (partition by c.id order by n) as health
    from gen_customer c
    cross join lateral generate_series(0, 12 * 5) n
    where (c.signed_up + make_interval(months => n))::date <= saas.last_day()
) m;

-- Lives: from the first to the last month of service.  The risk of leaving
-- rises as health falls; annual customers can only leave at a renewal, where
-- the risk of many months comes due at once.  Some come back after a gap, some
-- stay on as free users.
create temp table gen_life as
with risk as (
    select m.*, c.annual, c.turns_annual, c.paid_from, c.segment,
           least(0.6, 0.0105 * exp(-1.1 * m.recent)
                 * case c.segment when 'SMB' then 1.25 when 'mid-market' then 0.85 else 0.6 end
                 * case when m.n < 6 then 1.25 else 1 end) as p
    from gen_month m join gen_customer c using (id)
    where m.to_day > saas.first_day() and m.to_day <= saas.last_day()
), first_end as (
    select id, min(n) + 1 as n_to
    from risk
    where case when id = 101 then date '2025-09-15' >= from_day and date '2025-09-15' < to_day
               when id = 102 then false
               when paid_from = 1 and n = 0          -- trials that do not convert
               then saas.u('converts', id) < 0.22 * exp(-0.5 * recent)
               when n >= paid_from and (annual or (turns_annual and n >= paid_from + 12))
               then (n + 1 - paid_from) % 12 = 0 and saas.u('leaves', id, n) < least(0.85, 7 * p)
               else saas.u('leaves', id, n) < p end
    group by id
), one as (
    select c.id, f.n_to,
           case when f.n_to is null or c.id = 101 or f.n_to <= c.paid_from then null
                when saas.u('back', c.id) < 0.10 then f.n_to + 1 + floor(7 * saas.u('gap', c.id))::int
                when saas.u('back', c.id) < 0.18 then f.n_to end as n_back,
           coalesce(saas.u('back', c.id) >= 0.10, false) as back_free
    from gen_customer c left join first_end f using (id)
)
select id, 1 as life, 0 as n_from, n_to, false as on_free from one
union all
select o.id, 2, o.n_back, min(r.n) + 1, o.back_free
from one o
join gen_month m on m.id = o.id and m.n = o.n_back
left join risk r on r.id = o.id and r.n >= o.n_back and saas.u('leaves again', r.id, r.n) < 1.3 * r.p
group by o.id, o.n_back, o.back_free;

-- Months of service with what was bought in them.
create temp table gen_live as
select v.*, p.features,
       case when v.plan in ('trial', 'free') then 0
            else round((v.seats * p.seat_price)::numeric * (1 - v.discount)::numeric
                       * case when v.annual then 0.90 else 1 end
                       * case v.currency when 'USD' then 1.1 else 1 end, 2) end as mrr,
       greatest(1, least(round(1.1 * v.seats), 900,
                round(v.seats * (0.72 + 0.13 * v.health + 0.10 * saas.z('used', v.id, v.n)))))::int as used
from (
    select l.*,
           case when unpaid and not on_free and paid_from = 1 then 'trial' when unpaid then 'free'
                else (array['starter', 'growth', 'scale', 'enterprise'])[least(4, plan_rank + plan_ups)] end as plan,
           case when unpaid and paid_from <> 1 then 2
                else greatest(1, least(800, round(base_seats * power(1.18, ups) * power(0.8, downs))))::int end as seats
    from (
        select m.id, m.n, m.from_day, m.to_day, m.health,
               f.life, f.on_free, coalesce(m.n = f.n_to - 1, false) as ends_here,
               c.segment, c.timezone, c.currency, c.telemetry, c.discount, c.plan_rank, c.paid_from,
               c.seats as base_seats, c.use_z, c.voice_z, c.pay_z, c.adopt_z, c.responds,
               f.on_free or m.n < c.paid_from as unpaid,
               -- a second life is billed monthly
               f.life = 1 and m.n >= c.paid_from and (c.annual or (c.turns_annual and m.n >= c.paid_from + 12)) as annual,
               case when m.n >= c.paid_from then (m.n - c.paid_from) / 12 end as term,
               -- happy customers buy more at any time, unhappy ones cut at most in every third month
               sum((m.n > c.paid_from and saas.u('more', m.id, m.n) < least(0.3, 0.026 * exp(0.45 * m.health)))::int) over w as ups,
               sum((m.n > c.paid_from and m.n % 3 = 0
                    and saas.u('less', m.id, m.n) < least(0.4, 0.035 * exp(-0.7 * m.health)))::int) over w as downs,
               sum((m.n > c.paid_from and saas.u('plan up', m.id, m.n) < least(0.1, 0.006 * exp(0.45 * m.health)))::int) over w as plan_ups
        from gen_month m
        join gen_customer c using (id)
        join gen_life f on f.id = m.id and m.n >= f.n_from and (f.n_to is null or m.n < f.n_to)
        window w as (partition by m.id order by m.n)
    ) l
    offset 0
) v
join saas.plans p using (plan);

create index on gen_live (id, n);
analyze gen_live (id, n);

-- ---------------------------------------------------------------------------
-- Contracts: subscriptions, seats, stages
-- ---------------------------------------------------------------------------
\echo 'saas: subscriptions, seats, stages'

create table saas.subscriptions (
    id           bigint primary key,
    customer_id  bigint not null,
    plan         text not null,
    billing      text not null,               -- monthly, annual, none
    seats        int not null,
    currency     text not null,
    mrr          numeric(12,2) not null,      -- per month, in that currency
    started      date not null,
    ended        date,                        -- first day without it; NULL: still runs
    renews_on    date                         -- annual contracts: the day after the term
);
comment on table saas.subscriptions is 'Contracts; a change of plan, seats or price and every annual term is a row of its own';

insert into saas.subscriptions
with marked as (
    select l.*, case when annual then 'annual' when unpaid then 'none' else 'monthly' end as billing,
           case when annual then term end as contract
    from gen_live l
), islands as (
    select m.*, count(*) filter (where is_new) over (partition by id order by n) as island
    from (select m.*,
                 (life, plan, billing, seats, mrr, contract)
                 is distinct from lag((life, plan, billing, seats, mrr, contract)) over (partition by id order by n) as is_new
          from marked m) m
), base as (
    select id as customer_id, plan, billing, seats, currency, mrr,
           min(from_day) as started,
           case when bool_or(ends_here) or max(n) < max(last_n) then max(to_day) end as ended,
           case when billing = 'annual'
                then (min(signed_up) + make_interval(months => (min(paid_from) + 12 * (contract + 1))::int))::date end as renews_on
    from (select i.*, max(n) over (partition by id) as last_n from islands i) i
    join (select id, signed_up from gen_customer) c using (id)
    group by id, island, plan, billing, seats, currency, mrr, contract
), add_on as (
    -- a second, overlapping contract; some let it run out after half a year or so
    select l.id, 'analytics add-on', 'monthly', min(l.seats), l.currency,
           round(min(l.seats) * 9 * case l.currency when 'USD' then 1.1 else 1 end, 2),
           min(l.from_day), case when bool_or(l.ends_here or l.n = c.n_last) then max(l.to_day) end, null::date
    from (select id, paid_from + 3 + floor(12 * saas.u('add-on at', id))::int as n_first,
                 case when saas.u('add-on ends', id) < 0.4
                      then paid_from + 20 + floor(10 * saas.u('add-on for', id))::int end as n_last
          from gen_customer where saas.u('add-on', id) < 0.13) c
    join gen_live l on l.id = c.id and l.life = 1 and not l.unpaid and l.n >= n_first and (n_last is null or l.n <= n_last)
    group by l.id, l.currency
    having max(l.to_day) > min(l.from_day)
), taken_over as (
    -- the contract of the merged account goes on under the surviving one
    select 102, plan, 'monthly', seats, currency, mrr, to_day, null::date, null::date
    from gen_live where id = 101 and ends_here
), everything as (
    select * from base union all select * from add_on union all select * from taken_over
)
select row_number() over (order by started, customer_id, plan collate "C"), e.*
from everything e;

create index on saas.subscriptions (customer_id, started);

create view saas.renewals as
select s.customer_id, s.renews_on as due, s.mrr,
       exists (select from saas.subscriptions n
               where n.customer_id = s.customer_id and n.started = s.renews_on and n.mrr > 0) as renewed
from saas.subscriptions s
where s.billing = 'annual' and s.renews_on <= saas.last_day()
  and coalesce(s.ended, s.renews_on) = s.renews_on;
comment on view saas.renewals is 'Annual contracts that came due by the last day, and whether the customer renewed';

update saas.customers c
set renewal_date = s.renews_on
from (select customer_id, min(renews_on) as renews_on from saas.subscriptions
      where ended is null and renews_on is not null group by 1) s
where s.customer_id = c.id;

create table saas.seats (
    customer_id  bigint not null,
    counted_on   date not null,
    entitled     int not null,
    used         int not null,
    primary key (customer_id, counted_on)
);
insert into saas.seats
select id, from_day, seats, used
from gen_live
where from_day >= saas.first_day()
order by from_day, id;
comment on table saas.seats is 'Monthly count of the seats bought and of the seats in use';

create table saas.stage_history (
    customer_id  bigint not null,
    stage        text not null,               -- onboarding, adopted, mature
    entered      date not null,
    left_on      date,                        -- NULL: still there
    primary key (customer_id, entered)
);
insert into saas.stage_history
with lives as (
    select id, life, min(from_day) as started, max(case when ends_here then to_day end) as ended,
           avg(round(health::numeric, 6)) as mean_health       -- numeric: the same in any order
    from gen_live group by id, life
), entries as (
    select id, life, ended, 'onboarding' as stage, started as entered from lives where life = 1
    union all      -- an unhappy customer takes longer
    select id, life, ended, 'adopted',
           case life when 2 then started
                else started + 45 + floor(50 * saas.u('onboarded', id))::int
                     + least(60, greatest(0, -25 * mean_health))::int end
    from lives
    union all      -- one in five never gets there
    select id, life, ended, 'mature', started + 300 + floor(240 * saas.u('matures', id, life))::int
    from lives where saas.u('ripens', id) < 0.8
)
select id, stage, entered,
       coalesce(lead(entered) over (partition by id, life order by entered), ended)
from entries
where entered <= saas.last_day() and (ended is null or entered < ended)
order by entered, id;
comment on table saas.stage_history is 'Lifecycle stages of each customer: entered on, left on (the first day of the next)';

create table saas.merged_accounts (
    customer_id  bigint primary key references saas.customers,
    merged_into  bigint not null references saas.customers,
    merged_on    date not null
);
insert into saas.merged_accounts
select id, 102, to_day from gen_live where id = 101 and ends_here;
comment on table saas.merged_accounts is 'Accounts that became part of another one; their past counts for the survivor from that day on';

-- ---------------------------------------------------------------------------
-- Usage
-- ---------------------------------------------------------------------------
\echo 'saas: users, sessions, feature use'

create table saas.users (
    id              bigint primary key,       -- customer * 1000 + number within the account
    customer_id     bigint not null,
    role            text not null,
    created_on      date not null,
    deactivated_on  date
);
insert into saas.users
select l.id * 1000 + k, l.id,
       case when k = 1 then 'owner' when saas.u('role', l.id, k) < 0.15 then 'admin'
            when saas.u('role', l.id, k) < 0.8 then 'member' else 'viewer' end,
       l.from_day,
       l.gone
from (select id, n, from_day, used,
             -- accounts only grow: a month adds the users that no month before had
             coalesce(max(used) over (partition by id order by n rows between unbounded preceding and 1 preceding), 0) as had,
             last_value(case when ends_here then to_day end) over (partition by id order by n
                 rows between unbounded preceding and unbounded following) as gone
      from gen_live) l
cross join lateral generate_series(l.had + 1, l.used) k
where l.used > l.had
order by l.id, k;
comment on table saas.users is 'People with a login, several per account';

create table saas.sessions (
    user_id      bigint not null,
    customer_id  bigint not null,
    started_at   timestamptz not null,
    minutes      int not null,
    pages        int not null,
    recorded_at  timestamptz not null         -- offline clients report days later
);
insert into saas.sessions
with weeks as (
    select l.*, w,
           -- sessions per week: skewed between customers, quiet in August and around New Year
           least(25, case segment when 'SMB' then 0.75 when 'mid-market' then 1.7 else 3.9 end
                 * exp(0.6 * health - 0.15 + 0.5 * use_z)
                 * case when plan = 'free' then 0.5 else 1 end
                 * case extract(month from saas.first_day() + 7 * w)
                        when 8 then 0.75 when 7 then 0.9
                        when 12 then case when extract(day from saas.first_day() + 7 * w) >= 20 then 0.4 else 0.95 end
                        else 1 end) as rate
    from gen_live l
    cross join lateral generate_series(greatest(0, ceil((from_day - saas.first_day()) / 7.0))::int,
                                       ceil((least(to_day, saas.last_day() + 1) - saas.first_day()) / 7.0)::int - 1) w
    where telemetry and to_day > saas.first_day()
    offset 0
), counts as (
    -- the sum of two geometric numbers: more spread than a Poisson number
    select weeks.*,
           floor(ln(saas.u('sessions a', id, w)) / ln(rate / (rate + 2)))
           + floor(ln(saas.u('sessions b', id, w)) / ln(rate / (rate + 2))) as sessions
    from weeks
    offset 0
), drawn as (
    select c.*, w * 100 + k as nr,
           saas.first_day() + 7 * w
           + width_bucket(saas.u('weekday', id, w, k), array[0.19, 0.39, 0.59, 0.78, 0.93, 0.97]::float8[]) as day,
           case when saas.u('night', id, w, k) < 0.035          -- around midnight
                then 23.2 + 1.6 * saas.u('late hour', id, w, k)
                else least(22.5, greatest(5.5, 13.2 + 2.7 * saas.z('hour', id, w, k))) end as hour,
           greatest(1, least(300, round(exp(2.3 + 0.12 * health + 0.8 * saas.z('minutes', id, w, k)))))::int as minutes
    from counts c
    cross join lateral generate_series(1, least(sessions, 99)::int) k
    offset 0
), placed as (
    select d.*,
           (day::timestamp + make_interval(secs => floor(hour * 3600))) at time zone timezone as started_at
    from drawn d
    where not (ends_here and day >= to_day)
    offset 0
), timed as (
    select p.*,
           started_at + case when saas.u('offline', id, nr) < 0.02
                             then make_interval(hours => 24 + floor(300 * saas.u('offline for', id, nr))::int)
                             else interval '5 seconds' end as recorded_at
    from placed p
    offset 0
)
select id * 1000 + 1 + floor(used * power(saas.u('who', id, nr), 1.6))::int,
       id, started_at, minutes,
       1 + floor(minutes * (0.2 + 0.6 * saas.u('pages', id, nr)))::int,
       recorded_at
from timed
where recorded_at < saas.end_of(saas.last_day())
order by started_at, id, nr;
create index on saas.sessions (started_at);
create index on saas.sessions (customer_id, started_at);
comment on table saas.sessions is 'Sessions since 2024-01-01; none for customers without telemetry';

create table saas.feature_use (
    customer_id  bigint not null,
    feature      text not null,
    day          date not null,
    uses         int not null,
    recorded_at  timestamptz not null
);
insert into saas.feature_use
select id, feature, day, uses, recorded_at
from (
    select d.*, ((day + 1)::timestamp + interval '2 hours') at time zone 'Europe/Warsaw'
                + case when saas.u('feature late', id, n, rank) < 0.01
                       then make_interval(hours => 24 * (1 + floor(10 * saas.u('feature late for', id, n, rank))::int))
                       else interval '0' end
                - interval '3 hours' as recorded_at
    from (
        select l.id, l.n, l.ends_here, l.to_day, f.rank, f.feature,
               -- a feature has its own rhythm in each account: about the same day every month
               l.from_day + floor(26 * saas.u('rhythm', l.id, f.rank))::int
                          + floor(3 * saas.u('feature day', l.id, l.n, f.rank))::int as day,
               1 + floor(exp(0.6 + 0.2 * l.health + 0.8 * saas.z('uses', l.id, l.n, f.rank)))::int as uses
        from gen_live l
        join saas.features f on f.rank <= l.features
        where l.telemetry and l.to_day > saas.first_day()
          and saas.u('feature', l.id, l.n, f.rank)
              < 1 / (1 + exp(-(1.9 - 0.33 * f.rank + 0.85 * l.health + 0.6 * l.adopt_z - 2.0 / (l.n + 1))))
        offset 0
    ) d
    where day >= saas.first_day() and not (ends_here and day >= to_day)
    offset 0
) t
where recorded_at < saas.end_of(saas.last_day())
order by day, id, rank;
create index on saas.feature_use (day);
comment on table saas.feature_use is 'Days on which a customer used a feature';

-- ---------------------------------------------------------------------------
-- Support
-- ---------------------------------------------------------------------------
\echo 'saas: tickets and their contacts'

create table saas.tickets (
    id           bigint primary key,
    customer_id  bigint not null,
    user_id      bigint not null,
    topic        text not null,
    priority     text not null,
    opened       timestamptz not null,
    first_reply  timestamptz,
    resolved     timestamptz,                 -- NULL: open on the last day
    replies      int not null,
    recorded_at  timestamptz not null         -- tickets taken by phone are typed in later
);
create temp table gen_ticket as
select row_number() over (order by opened, id, n, k) as ticket, t.*,
       opened + make_interval(secs => floor(3600 * hours)) as resolved
from (
    select l.id, l.n, k, l.health, l.voice_z, l.used, l.responds,
           (l.from_day + floor(28 * saas.u('ticket day', l.id, l.n, k))::int)::timestamp
               at time zone l.timezone
               + make_interval(secs => floor(3600 * least(21, greatest(7, 12.5 + 2.8 * saas.z('ticket hour', l.id, l.n, k))))) as opened,
           p.priority,
           -- some are never solved
           case when saas.u('unsolved', l.id, l.n, k) < 0.015 * exp(-0.5 * l.health) then 1e5
                else p.pace * exp(2.5 - 0.28 * l.health + 1.1 * saas.z('solve', l.id, l.n, k)) end as hours,
           l.ends_here, l.to_day
    from gen_live l
    cross join lateral (select least(2.0, 0.17 * power(l.used, 0.35) * exp(-0.45 * l.health)
                                          * case when l.n < 3 then 1.7 else 1 end) as rate offset 0) r
    cross join lateral generate_series(1, least(12, floor(ln(saas.u('tickets', l.id, l.n)) / ln(r.rate / (1 + r.rate))))::int) k
    cross join lateral (select width_bucket(saas.u('priority', l.id, l.n, k), array[0.30, 0.80, 0.95]::float8[]) as level offset 0) v
    join (values (0, 'low', 1.6), (1, 'normal', 1.0), (2, 'high', 0.6), (3, 'urgent', 0.3)) as p(level, priority, pace) using (level)
    where l.to_day > saas.first_day()
    offset 0
) t
where opened >= saas.end_of(saas.first_day() - 1) and opened < saas.end_of(saas.last_day())
  and not (ends_here and opened >= saas.end_of(to_day - 1));

create temp table gen_contact as
select ticket, nr,
       (array['email', 'chat', 'phone', 'portal'])[1 + width_bucket(saas.u('channel', ticket, nr), array[0.45, 0.70, 0.85]::float8[])] as channel,
       case when nr = 1 then opened
            else opened + make_interval(secs => floor(3600 * least(hours, 600) * saas.u('contact at', ticket, nr))) end as contacted_at
from gen_ticket
-- the same question asked again: more often where things go badly
cross join lateral generate_series(1, 1 + least(8, floor(ln(saas.u('contacts', ticket))
                                                         / ln(least(0.8, 0.35 * exp(-0.3 * health)))))::int) nr;

insert into saas.tickets
select t.ticket, t.id, t.id * 1000 + 1 + floor(t.used * saas.u('ticket user', t.ticket))::int,
       (array['how-to', 'bug', 'billing', 'integration', 'access', 'performance'])
           [1 + width_bucket(saas.u('topic', t.ticket), array[0.34, 0.56, 0.68, 0.80, 0.91]::float8[])],
       t.priority, t.opened,
       case when t.first_reply < saas.end_of(saas.last_day()) then t.first_reply end,
       case when t.resolved < saas.end_of(saas.last_day()) then t.resolved end,
       floor(2.2 * saas.u('replies', t.ticket) * c.contacts)::int + 1,
       t.recorded_at
from (select g.*,
             opened + make_interval(secs => floor(3600 * least(hours, 80) * (0.05 + 0.5 * saas.u('reply', ticket)))) as first_reply,
             opened + case when saas.u('ticket late', ticket) < 0.02
                           then make_interval(hours => 20 + floor(100 * saas.u('ticket late for', ticket))::int)
                           else interval '1 minute' end as recorded_at
      from gen_ticket g) t
join (select ticket, count(*) as contacts from gen_contact group by 1) c using (ticket)
where t.recorded_at < saas.end_of(saas.last_day())
order by t.ticket;
create index on saas.tickets (customer_id, opened);
comment on table saas.tickets is 'Support tickets';

create table saas.ticket_contacts (
    ticket_id     bigint not null,
    contact       int not null,
    channel       text not null,              -- email, chat, phone, portal
    contacted_at  timestamptz not null,
    primary key (ticket_id, contact)
);
insert into saas.ticket_contacts
select ticket, nr, channel, contacted_at
from gen_contact
where contacted_at < saas.end_of(saas.last_day())
  and ticket in (select id from saas.tickets)
order by ticket, nr;
comment on table saas.ticket_contacts is 'Every time a customer wrote or called about a ticket, by channel';

-- ---------------------------------------------------------------------------
-- Voice of the customer
-- ---------------------------------------------------------------------------
\echo 'saas: surveys, advocacy, reported returns'

create table saas.surveys (
    id           bigint primary key,
    customer_id  bigint not null,
    user_id      bigint,                      -- NULL: the success manager's own view
    kind         text not null,               -- nps 0-10, csat 1-5, ces 1-7, onboarding 1-5, sentiment (text), pulse 1-5
    answer       int,
    answer_text  text,
    answered_on  date not null,
    ticket_id    bigint,                      -- csat: the ticket that was closed
    recorded_at  timestamptz not null,        -- answers by phone and on paper are typed in later
    check ((answer is null) <> (answer_text is null))
);
insert into saas.surveys
with asked as (
    -- a fifth of the accounts never answers; in the others one to three people do
    select id, n, k, 'nps' as kind,
           7.3 + 1.7 * health + 0.7 * voice_z + 1.2 * saas.z('nps', id, n, k) as answer, 10 as top, 0 as low,
           from_day + floor(28 * saas.u('nps day', id, n, k))::int as day, used, ends_here, to_day
    from gen_live
    cross join lateral generate_series(1, 1 + (saas.u('nps many', id, n) < 0.35)::int + (saas.u('nps many', id, n) < 0.08)::int) k
    where saas.u('nps asked', id, n) < 0.13 and responds >= 0.2 and n > 0
    union all
    select id, n, 1, 'ces', 5.2 + 0.6 * health + 0.4 * voice_z + 0.9 * saas.z('ces', id, n), 7, 1,
           from_day + floor(28 * saas.u('ces day', id, n))::int, used, ends_here, to_day
    from gen_live
    where saas.u('ces asked', id, n) < 0.07 and responds >= 0.2
    union all
    select id, n, 1, 'onboarding', 3.7 + 0.6 * health + 0.3 * voice_z + 0.7 * saas.z('onboarding', id, n), 5, 1,
           from_day + floor(28 * saas.u('onboarding day', id, n))::int, used, ends_here, to_day
    from gen_live
    where n in (1, 2) and saas.u('onboarding asked', id, n) < 0.45 and responds >= 0.2
    union all      -- 0, 1, 2: read from the tone of e-mails
    select id, n, 1, 'sentiment', 1.35 + 0.55 * health + 0.25 * voice_z + 0.55 * saas.z('sentiment', id, n), 2, 0,
           from_day + floor(28 * saas.u('sentiment day', id, n))::int, used, ends_here, to_day
    from gen_live
    where saas.u('sentiment read', id, n) < 0.2
    union all      -- the success manager's pulse: monthly for the big, seldom for the small
    select id, n, 1, 'pulse', 3.3 + 0.8 * health + 0.6 * saas.z('pulse', id, n), 5, 1,
           from_day + floor(28 * saas.u('pulse day', id, n))::int, null, ends_here, to_day
    from gen_live
    where saas.u('pulse taken', id, n) < case segment when 'SMB' then 0.12 when 'mid-market' then 0.45 else 0.75 end
    union all      -- asked when a ticket is closed
    select id, ticket, 1, 'csat',
           4.0 + 0.45 * health + 0.25 * voice_z - 0.15 * greatest(0, ln(hours + 1) - 3) + 0.8 * saas.z('csat', ticket), 5, 1,
           (resolved at time zone 'Europe/Warsaw')::date, used, ends_here, to_day
    from gen_ticket
    where saas.u('csat answered', ticket) < 0.3 and responds >= 0.2
          and resolved < saas.end_of(saas.last_day())
    offset 0
), answers as (
    select a.*, greatest(low, least(top, round(answer)))::int as clipped,
           (day::timestamp + interval '12 hours') at time zone 'Europe/Warsaw'
           + case when saas.u('survey late', id, n, k) < 0.04
                  then make_interval(hours => 24 * (1 + floor(20 * saas.u('survey late for', id, n, k))::int))
                  else interval '0' end as recorded_at
    from asked a
    where day >= saas.first_day() and not (ends_here and day >= to_day)
    offset 0
)
select row_number() over (order by day, id, kind collate "C", n, k), id,
       -- the owner answers most, and so answers again
       id * 1000 + 1 + floor(used * power(saas.u('respondent', id, n, k), 2.5))::int,
       kind, case when kind <> 'sentiment' then clipped end,
       case when kind = 'sentiment' then (array['negative', 'neutral', 'positive'])[1 + clipped] end,
       day, case when kind = 'csat' then n end, recorded_at
from answers
where recorded_at < saas.end_of(saas.last_day());
create index on saas.surveys (customer_id, kind, answered_on);
comment on table saas.surveys is 'Answers to every kind of question; the same person may answer more than once';

create table saas.advocacy (
    customer_id  bigint not null,
    kind         text not null,               -- referral, review, reference
    day          date not null,
    stars        int,                         -- of a review
    recorded_at  timestamptz not null
);
insert into saas.advocacy
select id, kind, day, case when kind = 'review' then greatest(1, least(5, round(4.1 + 0.6 * health + 0.7 * saas.z('stars', id, n))))::int end,
       (day::timestamp + interval '15 hours') at time zone 'Europe/Warsaw'
from (
    select l.*, k.kind, from_day + floor(28 * saas.u('advocacy day', id, n, k.nr))::int as day
    from gen_live l
    join (values (1, 'referral', 0.008, 0.9), (2, 'review', 0.014, 0.5), (3, 'reference', 0.004, 1.0)) as k(nr, kind, base, slope)
         on saas.u('advocacy', l.id, l.n, k.nr) < least(0.25, k.base * exp(k.slope * l.health))
    where n >= 3
) a
where day >= saas.first_day() and day <= saas.last_day() and not (ends_here and day >= to_day)
order by day, id, kind;
comment on table saas.advocacy is 'Referrals, public reviews and agreements to serve as a reference';

create table saas.roi_reports (
    customer_id  bigint not null,
    reported_on  date not null,
    roi_percent  int not null,
    primary key (customer_id, reported_on)
);
insert into saas.roi_reports
select id, day, round(70 + 60 * health + 50 * saas.z('roi', id, n))::int
from (select l.*, from_day + floor(28 * saas.u('roi day', id, n))::int as day from gen_live l
      where n >= 4 and not unpaid
        and saas.u('roi reported', id, n) < case segment when 'SMB' then 0.02 when 'mid-market' then 0.06 else 0.10 end) r
where day >= saas.first_day() and day <= saas.last_day() and not (ends_here and day >= to_day)
order by day, id;
comment on table saas.roi_reports is 'Return on investment as the customer reported it, in percent';

-- ---------------------------------------------------------------------------
-- Money
-- ---------------------------------------------------------------------------
\echo 'saas: invoices, reasons for leaving, spend'

create table saas.invoices (
    id           bigint primary key,
    customer_id  bigint not null,
    issued       date not null,
    due          date not null,
    paid         date,                        -- NULL: not paid by the last day
    amount       numeric(12,2) not null,
    currency     text not null,
    reminders    int not null default 0       -- sent by the last day
);
insert into saas.invoices
select row_number() over (order by from_day, id), id, from_day, due,
       case when paid <= saas.last_day() then paid end, amount, currency
from (
    select b.*,
           case when ends_here and life = 1 and saas.u('never pays', id) < 0.12 then null
                when slow < 0.95 then greatest(from_day, due - floor(9 * saas.u('early', id, n))::int)
                else due + least(150, ceil(5 * exp(1.1 * (slow - 0.95)) * (0.5 + saas.u('late', id, n))))::int end as paid
    from (
        select l.*, from_day + case when segment = 'SMB' then 14 else 30 end as due,
               mrr * case when annual then 12 else 1 end as amount,
               0.75 * pay_z - 0.6 * health + 0.8 * saas.z('slow', id, n) as slow
        from gen_live l
        where mrr > 0 and from_day >= saas.first_day()
          and (not annual or (n - paid_from) % 12 = 0)
    ) b
) i;
create index on saas.invoices (customer_id, due);
comment on table saas.invoices is 'Invoices for the base contract, issued on the first day of the month or year they are for';

create table saas.reminders (
    invoice_id  bigint not null,
    sent_on     date not null,
    primary key (invoice_id, sent_on)
);
insert into saas.reminders
select id, due + d
from saas.invoices cross join unnest(array[5, 15, 30, 60]) d
where due + d <= coalesce(paid, saas.last_day() + 1) - 1
order by 2, 1;
comment on table saas.reminders is 'Payment reminders';
update saas.invoices i set reminders = r.reminders
from (select invoice_id, count(*) as reminders from saas.reminders group by 1) r where r.invoice_id = i.id;

create table saas.churn_reasons (
    customer_id  bigint not null,
    churned_on   date not null,
    reason       text,                        -- NULL: nobody asked
    primary key (customer_id, churned_on)
);
insert into saas.churn_reasons
select id, to_day,
       case when saas.u('asked why', id, life) < 0.15 then null
            when unpaid and life = 1 then 'trial or free plan not enough'
            when pay_z > 1.2 and saas.u('why', id, life) < 0.5 then 'price'
            when health < -1.2 and saas.u('why', id, life) < 0.6
            then (array['missing features', 'hard to use', 'poor support'])[1 + floor(5 * saas.u('why', id, life))::int]
            else (array['price', 'competitor', 'no longer needed', 'out of business', 'champion left', 'missing features'])
                 [1 + floor(6 * saas.u('why else', id, life))::int] end
from gen_live
where ends_here and id <> 101
order by to_day, id;
comment on table saas.churn_reasons is 'Why a customer left, as far as known';

-- The same contracts with the faults that exports have: a price left out, days
-- mixed up, a row sent twice, the last day of service in place of the first day
-- without, a change of plan that forgot to end the old one.
create table saas.subscription_export (
    customer_id  bigint not null,
    plan         text not null,
    mrr          numeric(12,2),
    started      date,
    ended        date
);
insert into saas.subscription_export
select customer_id, plan, case when fault >= 0.002 then mrr end,
       case when fault < 0.0025 and fault >= 0.002 then null else started end,
       case when fault >= 0.003 and fault < 0.005 then started - 1 - floor(5000 * (fault - 0.003))::int
            when fault >= 0.005 and fault < 0.010 then ended - 1
            when fault >= 0.010 and fault < 0.014 then ended + 40
            else ended end
from (select s.*, saas.u('export', id) as fault from saas.subscriptions s) s
cross join generate_series(1, case when fault >= 0.014 and fault < 0.017 then 2 else 1 end)
order by id;
comment on table saas.subscription_export is 'Subscriptions as the billing system exports them, faults included';

create table saas.spend (
    month              date primary key,
    retention_spend    numeric(12,2) not null,   -- EUR: success team, training, support
    acquisition_spend  numeric(12,2) not null    -- EUR: marketing and sales
);
insert into saas.spend
select m, round(18000 + 14 * a.customers * (0.9 + 0.2 * saas.u('retention spend', i))::numeric, 2),
       round(9000 + 420 * a.new_customers * (0.85 + 0.3 * saas.u('acquisition spend', i))::numeric, 2)
from (select i, (saas.first_day() + make_interval(months => i))::date as m from generate_series(0, 29) i) t
cross join lateral (select count(distinct s.customer_id) as customers,
                           count(distinct s.customer_id) filter (where c.signed_up >= m) as new_customers
                    from saas.subscriptions s join saas.customers c on c.id = s.customer_id
                    where s.started < m + interval '1 month' and (s.ended is null or s.ended > m)) a
order by m;
comment on table saas.spend is 'Monthly spend on keeping and on winning customers, EUR';

-- Checked once over whole tables, which is quicker than row by row.
alter table saas.subscriptions
    add foreign key (customer_id) references saas.customers,
    add foreign key (plan) references saas.plans,
    add foreign key (currency) references saas.reporting_rates;
alter table saas.seats add foreign key (customer_id) references saas.customers;
alter table saas.stage_history add foreign key (customer_id) references saas.customers;
alter table saas.users add foreign key (customer_id) references saas.customers;
alter table saas.tickets
    add foreign key (customer_id) references saas.customers,
    add foreign key (priority) references saas.sla;
alter table saas.ticket_contacts add foreign key (ticket_id) references saas.tickets;
alter table saas.surveys add foreign key (customer_id) references saas.customers;
alter table saas.advocacy add foreign key (customer_id) references saas.customers;
alter table saas.roi_reports add foreign key (customer_id) references saas.customers;
alter table saas.invoices
    add foreign key (customer_id) references saas.customers,
    add foreign key (currency) references saas.reporting_rates;
alter table saas.reminders add foreign key (invoice_id) references saas.invoices;
alter table saas.churn_reasons add foreign key (customer_id) references saas.customers;
alter table saas.sessions add foreign key (customer_id) references saas.customers;
alter table saas.feature_use add foreign key (customer_id) references saas.customers;

drop table gen_customer, gen_month, gen_life, gen_live, gen_ticket, gen_contact;

-- ---------------------------------------------------------------------------
-- One row per customer: what is known about them on a day
-- ---------------------------------------------------------------------------
\echo 'saas: customer_signals'

-- Two rules make a past day come out as it looked then: only what happened up
-- to and including as_of counts, and only what was recorded by then.  Rows of a
-- merged account count for the survivor from the day of the merger on.  What is
-- unknown is NULL: no telemetry, no answer, no invoice yet.
create function saas.customer_signals(as_of date)
returns table (
    as_of                    date,
    customer_id              bigint,
    name                     text,
    segment                  text,
    country                  text,
    success_manager          text,
    stage                    text,
    plan                     text,
    billing                  text,
    mrr                      numeric,
    tenure_days              int,
    renewal_date             date,
    days_to_renewal          int,
    logins_30d               int,
    usage_trend              float8,
    active_days_30d          int,
    minutes_30d              int,
    days_since_login         int,
    users_active_share       float8,
    adoption                 float8,
    seat_usage               float8,
    nps                      int,
    nps_on                   date,
    csat_90d                 float8,
    ces_latest               int,
    ces_on                   date,
    onboarding_answer        int,
    onboarding_on            date,
    sentiment                text,
    sentiment_on             date,
    pulse                    int,
    pulse_on                 date,
    open_tickets             int,
    tickets_90d              int,
    urgent_90d               int,
    median_resolution_hours  float8,
    first_reply_hours        float8,
    sla_percent              float8,
    first_contact_percent    float8,
    contacts_per_ticket      float8,
    days_overdue             int,
    overdue_amount           numeric,
    on_time_percent          float8,
    reminders_90d            int,
    referrals_365d           int,
    reviews_365d             int,
    review_stars             float8,
    reference_customer       boolean,
    roi_percent              int,
    roi_on                   date
)
-- jit: compiling a plan of this size takes ten times as long as running it
language sql stable parallel safe rows 3500 set jit = off
begin atomic
    with contracts as (
        select s.customer_id, round(sum(s.mrr * r.to_eur), 2) as mrr,
               (array_agg(s.plan order by s.mrr desc, s.id))[1] as plan,
               (array_agg(s.billing order by s.mrr desc, s.id))[1] as billing,
               min(s.renews_on) filter (where s.renews_on > $1) as renewal_date
        from saas.subscriptions s
        join saas.reporting_rates r using (currency)
        where s.started <= $1 and (s.ended is null or s.ended > $1)
        group by s.customer_id
    ), stages as (
        select h.customer_id, h.stage
        from saas.stage_history h
        where h.entered <= $1 and (h.left_on is null or h.left_on > $1)
    ), seats as (
        -- counted monthly; an older count is no longer known
        select distinct on (t.customer_id) t.customer_id, t.used::float8 / nullif(t.entitled, 0) as seat_usage
        from saas.seats t
        where t.counted_on <= $1 and t.counted_on > $1 - 62
        order by t.customer_id, t.counted_on desc
    ), people as (
        select coalesce(m.merged_into, u.customer_id) as customer_id, count(*) as users
        from saas.users u
        left join saas.merged_accounts m on m.customer_id = u.customer_id and m.merged_on <= $1
        where u.created_on <= $1 and (u.deactivated_on is null or u.deactivated_on > $1)
        group by 1
    ), usage as (
        select coalesce(m.merged_into, s.customer_id) as customer_id,
               count(*) filter (where recent) as logins_30d,
               count(*) as logins_90d,
               count(distinct s.day) filter (where recent) as active_days_30d,
               sum(s.minutes) filter (where recent) as minutes_30d,
               count(distinct s.user_id) filter (where recent) as users_30d,
               max(s.day) as last_day
        from (select x.customer_id, x.user_id, x.minutes,
                     (x.started_at at time zone 'Europe/Warsaw')::date as day,
                     x.started_at >= saas.end_of($1 - 30) as recent
              from saas.sessions x
              where x.started_at >= saas.end_of($1 - 90) and x.started_at < saas.end_of($1)
                and x.recorded_at < saas.end_of($1)) s
        left join saas.merged_accounts m on m.customer_id = s.customer_id and m.merged_on <= $1
        group by 1
    ), features as (
        select coalesce(m.merged_into, f.customer_id) as customer_id, count(distinct f.feature) as features
        from saas.feature_use f
        left join saas.merged_accounts m on m.customer_id = f.customer_id and m.merged_on <= $1
        where f.day <= $1 and f.day > $1 - 30 and f.recorded_at < saas.end_of($1)
        group by 1
    ), latest as (
        select distinct on (customer_id, kind) coalesce(m.merged_into, v.customer_id) as customer_id, v.kind,
               v.answer, v.answer_text, v.answered_on
        from saas.surveys v
        left join saas.merged_accounts m on m.customer_id = v.customer_id and m.merged_on <= $1
        where v.answered_on <= $1 and v.recorded_at < saas.end_of($1) and v.kind <> 'csat'
        order by 1, 2, v.answered_on desc, v.id desc
    ), voice as (
        select l.customer_id,
               max(l.answer) filter (where l.kind = 'nps') as nps,
               max(l.answered_on) filter (where l.kind = 'nps') as nps_on,
               max(l.answer) filter (where l.kind = 'ces') as ces,
               max(l.answered_on) filter (where l.kind = 'ces') as ces_on,
               max(l.answer) filter (where l.kind = 'onboarding') as onboarding,
               max(l.answered_on) filter (where l.kind = 'onboarding') as onboarding_on,
               max(l.answer_text) filter (where l.kind = 'sentiment') as sentiment,
               max(l.answered_on) filter (where l.kind = 'sentiment') as sentiment_on,
               max(l.answer) filter (where l.kind = 'pulse') as pulse,
               max(l.answered_on) filter (where l.kind = 'pulse') as pulse_on
        from latest l
        group by l.customer_id
    ), satisfaction as (
        -- share of 4 and 5 among the answers of 90 days, in percent
        select coalesce(m.merged_into, v.customer_id) as customer_id,
               100.0 * count(*) filter (where v.answer >= 4) / count(*) as csat
        from saas.surveys v
        left join saas.merged_accounts m on m.customer_id = v.customer_id and m.merged_on <= $1
        where v.kind = 'csat' and v.answered_on <= $1 and v.answered_on > $1 - 90 and v.recorded_at < saas.end_of($1)
        group by 1
    ), support as (
        select coalesce(m.merged_into, t.customer_id) as customer_id,
               count(*) filter (where t.resolved is null or t.resolved >= saas.end_of($1)) as open_tickets,
               count(*) filter (where t.opened >= saas.end_of($1 - 90)) as tickets_90d,
               count(*) filter (where t.opened >= saas.end_of($1 - 90) and t.priority in ('high', 'urgent')) as urgent_90d,
               percentile_cont(0.5) within group (order by extract(epoch from t.resolved - t.opened)::float8 / 3600)
                   filter (where t.resolved >= saas.end_of($1 - 90) and t.resolved < saas.end_of($1)) as median_hours,
               -- hours in which support is there; a night does not count
               percentile_cont(0.5) within group (order by business_seconds(h.calendar, t.opened, t.first_reply) / 3600)
                   filter (where t.opened >= saas.end_of($1 - 90) and t.first_reply < saas.end_of($1)) as first_reply_hours,
               sla_rate(t.opened, t.first_reply, l.first_reply, saas.end_of($1), h.calendar)
                   filter (where t.opened >= saas.end_of($1 - 90)) as sla_percent,
               first_contact_resolution(c.contacts, t.resolved is not null and t.resolved < saas.end_of($1))
                   filter (where t.opened >= saas.end_of($1 - 90)) as first_contact_percent,
               sum(c.contacts) filter (where t.opened >= saas.end_of($1 - 90))::float8
                   / nullif(count(*) filter (where t.opened >= saas.end_of($1 - 90)), 0) as contacts
        from saas.tickets t
        join saas.sla l using (priority)
        cross join saas.support_hours h
        cross join lateral (select count(*) as contacts from saas.ticket_contacts k
                            where k.ticket_id = t.id and k.contacted_at < saas.end_of($1)) c
        left join saas.merged_accounts m on m.customer_id = t.customer_id and m.merged_on <= $1
        where t.opened < saas.end_of($1) and t.recorded_at < saas.end_of($1)
          and (t.resolved is null or t.resolved >= saas.end_of($1 - 90))
        group by 1
    ), payments as (
        select coalesce(m.merged_into, i.customer_id) as customer_id,
               coalesce(max(days_late(i.due, i.paid, $1)) filter (where i.paid is null or i.paid > $1), 0)::int as days_overdue,
               on_time_rate(i.due, i.paid, $1) filter (where i.due > $1 - 365) as on_time_percent,
               coalesce(round(sum(i.amount * r.to_eur) filter (where i.due < $1 and (i.paid is null or i.paid > $1)), 2), 0) as overdue_amount
        from saas.invoices i
        join saas.reporting_rates r using (currency)
        left join saas.merged_accounts m on m.customer_id = i.customer_id and m.merged_on <= $1
        where i.issued <= $1
        group by 1
    ), dunning as (
        select coalesce(m.merged_into, i.customer_id) as customer_id, count(*) as reminders
        from saas.reminders d
        join saas.invoices i on i.id = d.invoice_id
        left join saas.merged_accounts m on m.customer_id = i.customer_id and m.merged_on <= $1
        where d.sent_on <= $1 and d.sent_on > $1 - 90
        group by 1
    ), advocates as (
        -- the agreement to be a reference is asked for again after two years
        select coalesce(m.merged_into, a.customer_id) as customer_id,
               count(*) filter (where a.kind = 'referral' and a.day > $1 - 365) as referrals,
               count(*) filter (where a.kind = 'review' and a.day > $1 - 365) as reviews,
               avg(a.stars) filter (where a.kind = 'review' and a.day > $1 - 365) as stars,
               coalesce(bool_or(a.kind = 'reference'), false) as reference
        from saas.advocacy a
        left join saas.merged_accounts m on m.customer_id = a.customer_id and m.merged_on <= $1
        where a.day <= $1 and a.day > $1 - 730 and a.recorded_at < saas.end_of($1)
        group by 1
    ), returns as (
        select distinct on (o.customer_id) o.customer_id, o.roi_percent, o.reported_on
        from saas.roi_reports o
        where o.reported_on <= $1
        order by o.customer_id, o.reported_on desc
    )
    select $1, c.id, c.name, c.segment, c.country, c.success_manager, st.stage, k.plan, k.billing, k.mrr,
           $1 - c.signed_up, k.renewal_date, k.renewal_date - $1,
           case when c.telemetry then coalesce(u.logins_30d, 0) end::int,
           -- logins of 30 days against the mean of the 60 days before
           case when c.telemetry and c.signed_up <= $1 - 90
                then 2 * u.logins_30d::float8 / nullif(u.logins_90d - u.logins_30d, 0) end,
           case when c.telemetry then coalesce(u.active_days_30d, 0) end::int,
           case when c.telemetry then coalesce(u.minutes_30d, 0) end::int,
           -- 90 stands for 90 or more
           case when c.telemetry then least(90, coalesce($1 - u.last_day, $1 - c.signed_up)) end,
           case when c.telemetry then least(1, coalesce(u.users_30d, 0)::float8 / nullif(p.users, 0)) end,
           case when c.telemetry then least(1, coalesce(f.features, 0)::float8 / nullif(pl.features, 0)) end,
           se.seat_usage,
           v.nps, v.nps_on, sa.csat::float8, v.ces, v.ces_on, v.onboarding, v.onboarding_on,
           v.sentiment, v.sentiment_on, v.pulse, v.pulse_on,
           coalesce(su.open_tickets, 0)::int, coalesce(su.tickets_90d, 0)::int, coalesce(su.urgent_90d, 0)::int,
           su.median_hours, su.first_reply_hours, su.sla_percent, su.first_contact_percent, su.contacts,
           pa.days_overdue, pa.overdue_amount, pa.on_time_percent, case when pa.customer_id is not null then coalesce(d.reminders, 0) end::int,
           coalesce(ad.referrals, 0)::int, coalesce(ad.reviews, 0)::int, ad.stars::float8, coalesce(ad.reference, false),
           ro.roi_percent, ro.reported_on
    from contracts k
    join saas.customers c on c.id = k.customer_id
    join saas.plans pl on pl.plan = k.plan
    left join stages st on st.customer_id = c.id
    left join seats se on se.customer_id = c.id
    left join people p on p.customer_id = c.id
    left join usage u on u.customer_id = c.id
    left join features f on f.customer_id = c.id
    left join voice v on v.customer_id = c.id
    left join satisfaction sa on sa.customer_id = c.id
    left join support su on su.customer_id = c.id
    left join payments pa on pa.customer_id = c.id
    left join dunning d on d.customer_id = c.id
    left join advocates ad on ad.customer_id = c.id
    left join returns ro on ro.customer_id = c.id;
end;
comment on function saas.customer_signals(date) is
    'One row per customer with a contract on that day, from what was known at its end; money in EUR, shares 0-1, csat and columns named percent in percent; NULL: unknown';

create view saas.customer_signals as
select * from saas.customer_signals(saas.last_day());
comment on view saas.customer_signals is 'customer_signals as of the last day of the sample';

commit;

-- Statistics, and no autovacuum in the middle of the first query.
vacuum (analyze) saas.plans, saas.reporting_rates, saas.merged_accounts, saas.customers, saas.subscriptions, saas.subscription_export, saas.seats, saas.stage_history, saas.users, saas.sessions,
    saas.feature_use, saas.tickets, saas.ticket_contacts, saas.surveys, saas.advocacy, saas.roi_reports,
    saas.invoices, saas.reminders, saas.churn_reasons;
\echo 'saas: ready'
