-- A made-up shop without subscriptions: 5,000 customers, 2024-01-01 .. 2026-06-30.
--
--   psql -f examples/shop.sql        (drops and rebuilds the schema shop)
--
-- Nobody gives notice to a shop: customers just stop coming.  Every customer
-- has a hidden rhythm of buying, a hidden contentment that wanders, and a day on
-- which they silently leave, sooner when they are discontent.  Orders, visits,
-- refunds, newsletter clicks, opinions and complaints follow from those.
--
-- Every random number is a hash of (seed, name of the draw, keys of the row), so
-- the same rows come out whatever the plan, TimeZone, locale or workers.
-- Delays are in hours: a timestamptz plus days depends on the session's TimeZone.
-- "offset 0" keeps the planner from computing a draw again wherever it is mentioned.

begin;
set local client_min_messages = warning;
set local jit = off;              -- compiling these expressions takes longer than running them
set local work_mem = '64MB';
drop schema if exists shop cascade;
create schema shop;
comment on schema shop is 'Sample: a shop without subscriptions, 2024-01-01 to 2026-06-30';

-- first_day, last_day, end_of; the random numbers u and z
\set sample shop
\ir sample_tools.sql

-- ---------------------------------------------------------------------------
-- Customers
-- ---------------------------------------------------------------------------
\echo 'shop: customers and their hidden contentment'

create table shop.customers (
    id             bigint primary key,
    name           text not null,
    segment        text not null,            -- how they were won: search, social, newsletter, friends
    country        text not null,
    timezone       text not null,
    registered_at  timestamptz not null,
    newsletter     boolean not null,         -- agreed to get it
    tracking       boolean not null          -- agreed to be recognised on visits
);

drop table if exists pg_temp.gen_customer, pg_temp.gen_month, pg_temp.gen_order;
create temp table gen_customer as
select i::bigint as id,
       -- registrations rise by half over the 30 months
       shop.first_day() + least(911, greatest(0, floor(
           912 * (-0.8 + sqrt(0.64 + 0.8 * (i - 0.5::float8) / 5000)) / 0.4 + 6 * shop.u('registered', i) - 3)))::int as first_day,
       exp(-0.55 + 0.75 * shop.z('rhythm', i)) as rhythm,         -- orders per month while they stay
       exp(3.7 + 0.55 * shop.z('basket', i)) as basket,           -- EUR per order
       shop.z('content', i) as content,
       shop.u('newsletter', i) < 0.6 as newsletter,
       shop.u('tracking', i) < 0.93 as tracking,
       shop.u('never buys', i) < 0.05 as never_buys,
       (array['search', 'social', 'newsletter', 'friends'])
           [1 + width_bucket(shop.u('segment', i), array[0.45, 0.70, 0.82]::float8[])] as segment,
       width_bucket(shop.u('country', i), array[0.55, 0.75, 0.90]::float8[]) as place
from generate_series(1, 5000) i;

insert into shop.customers
select c.id,
       (array['Ada', 'Adam', 'Agata', 'Alan', 'Anna', 'Ben', 'Carla', 'Clara', 'Daniel', 'David', 'Elena', 'Ella',
              'Emma', 'Eva', 'Felix', 'Filip', 'Greta', 'Hugo', 'Ida', 'Igor', 'Jan', 'Jonas', 'Julia', 'Kaja',
              'Karol', 'Lena', 'Leo', 'Lukas', 'Maja', 'Marek', 'Maria', 'Mila', 'Nina', 'Nora', 'Olga', 'Oskar',
              'Paula', 'Piotr', 'Rosa', 'Simon', 'Sofia', 'Tomas', 'Vera', 'Wanda', 'Zofia'])[1 + floor(45 * shop.u('first name', c.id))::int]
       || ' ' || chr(65 + floor(26 * shop.u('initial', c.id))::int) || '.',
       c.segment, p.country, p.timezone,
       (c.first_day::timestamp + make_interval(secs => floor(86400 * shop.u('hour', c.id)))) at time zone 'Europe/Warsaw',
       c.newsletter, c.tracking
from gen_customer c
join (values (0, 'PL', 'Europe/Warsaw'), (1, 'DE', 'Europe/Berlin'),
             (2, 'CZ', 'Europe/Prague'), (3, 'LT', 'Europe/Vilnius')) as p(place, country, timezone) using (place)
order by c.id;
comment on table shop.customers is 'One row per registered customer';

-- Months since registration, with the contentment of each (a constant and an
-- autoregressive walk), up to the month in which the customer silently leaves.
create temp table gen_month as
select m.*, m.n > gone_after as gone,
       (m.first_day + make_interval(months => m.n))::date as from_day
from (
    select r.*, coalesce(min(n) filter (where shop.u('leaves', id, n) < least(0.5, 0.026 * exp(-1.0 * mood)
                                                                         * case when n < 3 then 1.4 else 1 end))
                         over (partition by id), 999) as gone_after
    from (
        select c.*, n,
               0.6 * c.content + power(0.85::float8, n) * sum(power(0.85::float8, -n)
                   * case when n = 0 then 0.7 * shop.z('start', c.id)
                          else 0.37 * shop.z('shock', c.id, n)
                               -- a parcel lost, a quarrel about a refund
                               - case when shop.u('trouble', c.id, n) < 0.015 then 1.5 else 0 end
                     end) over (partition by c.id order by n) as mood
        from gen_customer c
        cross join lateral generate_series(0, 30) n
        where (c.first_day + make_interval(months => n))::date <= shop.last_day()
        offset 0
    ) r
    offset 0
) m
-- who has left may still look in for a while
where m.n <= gone_after + 4;
analyze gen_month;

-- ---------------------------------------------------------------------------
-- Orders, refunds, visits
-- ---------------------------------------------------------------------------
\echo 'shop: orders, refunds, visits'

create table shop.orders (
    id           bigint primary key,
    customer_id  bigint not null,
    ordered_at   timestamptz not null,
    amount       numeric(10,2) not null,
    channel      text not null,              -- web, app, phone
    recorded_at  timestamptz not null        -- orders by phone are typed in later
);
create temp table gen_order as
select row_number() over (order by ordered_at, id, n, k) as order_id, o.*,
       ordered_at + case when channel = 'phone' then make_interval(hours => 4 + floor(100 * shop.u('typed in', id, n, k))::int)
                         else interval '1 second' end as recorded_at
from (
    select c.*,
           (day::timestamp + make_interval(secs => floor(3600 *
               case when shop.u('night', id, n, k) < 0.06 then 23.4 + 1.2 * shop.u('late hour', id, n, k)
                    else least(23, greatest(6, 16 + 4 * shop.z('hour', id, n, k))) end))) at time zone 'Europe/Warsaw' as ordered_at,
           round(greatest(4, basket * exp(0.45 * shop.z('amount', id, n, k)))::numeric, 2) as amount,
           (array['web', 'app', 'phone'])[1 + width_bucket(shop.u('channel', id, n, k), array[0.6, 0.97]::float8[])] as channel
    from (
        select m.*, k, from_day + floor(30 * case when n = 0 and k = 1 then 0.15 else 1 end * shop.u('day', id, n, k))::int as day
        from (
            -- the yearly wave: presents in November and December, a lull in summer
            select g.*, rhythm * exp(0.25 * mood)
                        * case extract(month from from_day + 15) when 11 then 1.6 when 12 then 1.7 when 1 then 0.8
                               when 7 then 0.8 when 8 then 0.75 else 0.95 end as rate
            from gen_month g
            where not gone and not never_buys
            offset 0
        ) m
        -- most register to buy: the first month has at least one order
        cross join lateral generate_series(1, least(20, (n = 0)::int + floor(ln(shop.u('orders', id, n)) / ln(rate / (1 + rate))))::int) k
        offset 0
    ) c
    offset 0
) o
where ordered_at < shop.end_of(shop.last_day());

insert into shop.orders
select order_id, id, ordered_at, amount, channel, recorded_at
from gen_order
where recorded_at < shop.end_of(shop.last_day())
order by order_id;
create index on shop.orders (ordered_at);
create index on shop.orders (customer_id, ordered_at);
comment on table shop.orders is 'Orders';

create table shop.refunds (
    id           bigint primary key,
    order_id     bigint not null,
    customer_id  bigint not null,
    refunded_at  timestamptz not null,
    amount       numeric(10,2) not null check (amount < 0),
    reason       text                        -- NULL: not given
);
insert into shop.refunds
select row_number() over (order by refunded_at, order_id), order_id, id, refunded_at,
       -case when shop.u('in part', order_id) < 0.5 then amount
             else round(amount * (0.2 + 0.6 * shop.u('part', order_id))::numeric, 2) end,
       (array['does not fit', 'damaged', 'late', 'changed my mind', null])[1 + floor(5 * shop.u('reason', order_id))::int]
from (
    select g.*, ordered_at + make_interval(hours => 48 + floor(24 * 20 * shop.u('refund day', order_id))::int) as refunded_at
    from gen_order g
    where shop.u('refund', order_id) < least(0.6, 0.06 * exp(-0.6 * mood))
      and order_id in (select id from shop.orders)
    offset 0
) r
where refunded_at < shop.end_of(shop.last_day());
create index on shop.refunds (customer_id);
comment on table shop.refunds is 'Refunds, whole or in part; amounts are negative';

create view shop.purchases as
select customer_id, (ordered_at at time zone 'Europe/Warsaw')::date as day, amount from shop.orders
union all
select customer_id, (refunded_at at time zone 'Europe/Warsaw')::date, amount from shop.refunds;
comment on view shop.purchases is 'Orders and refunds by day in Europe/Warsaw: a negative amount is a refund';

create table shop.visits (
    customer_id  bigint not null,
    visited_at   timestamptz not null,
    minutes      int not null,
    pages        int not null,
    source       text not null,              -- direct, search, newsletter, social
    recorded_at  timestamptz not null        -- the app reports when it is back on line
);
insert into shop.visits
select id, visited_at, minutes, 1 + floor(minutes * (0.3 + 0.9 * shop.u('pages', id, n, k)))::int,
       (array['direct', 'search', 'newsletter', 'social'])[1 + width_bucket(shop.u('source', id, n, k), array[0.4, 0.7, 0.87]::float8[])],
       recorded_at
from (
    select v.*, visited_at + case when shop.u('offline', id, n, k) < 0.02
                                  then make_interval(hours => 24 + floor(200 * shop.u('offline for', id, n, k))::int)
                                  else interval '2 seconds' end as recorded_at,
           greatest(1, least(120, round(exp(1.5 + 0.1 * mood + 0.8 * shop.z('minutes', id, n, k)))))::int as minutes
    from (
        select m.*, k,
               ((from_day + floor(30 * shop.u('visit day', id, n, k))::int)::timestamp
                + make_interval(secs => floor(3600 * least(24.9, greatest(5, 17.5 + 4 * shop.z('visit hour', id, n, k))))))
               at time zone 'Europe/Warsaw' as visited_at
        from (
            select g.*, case when gone then 0.25 * power(0.6, n - gone_after)
                             else (0.7 + 1.7 * rhythm) * exp(0.45 * mood) end as rate
            from gen_month g
            where tracking
            offset 0
        ) m
        cross join lateral generate_series(1, least(60, floor(ln(shop.u('visits', id, n)) / ln(rate / (1 + rate))))::int) k
        offset 0
    ) v
    offset 0
) t
where recorded_at < shop.end_of(shop.last_day())
order by visited_at, id, n, k;
create index on shop.visits (visited_at);
comment on table shop.visits is 'Returns to the shop''s site; none for customers who refused tracking';

-- ---------------------------------------------------------------------------
-- Newsletter, opinions, complaints
-- ---------------------------------------------------------------------------
\echo 'shop: newsletter, opinions, complaints'

create table shop.newsletters (
    customer_id  bigint not null,
    sent_on      date not null,
    opened       boolean not null,
    clicked      boolean not null,
    unsubscribed boolean not null,
    primary key (customer_id, sent_on)
);
insert into shop.newsletters
select id, sent_on, opened, clicked, unsubscribed
from (
    select t.*, min(sent_on) filter (where unsubscribed) over (partition by id) as last_one
    from (
        select *, day_15 as sent_on, u_open < p_open as opened, u_open < 0.35 * p_open as clicked,
               shop.u('unsubscribes', id, n) < 0.006 * exp(-0.7 * mood) as unsubscribed
        from (select g.*, shop.u('opens', id, n) as u_open,
                     (date_trunc('month', from_day::timestamp) + interval '1 month 14 days')::date as day_15,
                     case when gone then 0.06 else 1 / (1 + exp(-(-0.3 + 0.7 * mood))) end as p_open
              from gen_month g where newsletter offset 0) x
        where day_15 <= shop.last_day()
        offset 0
    ) t
) s
where last_one is null or sent_on <= last_one
order by sent_on, id;
comment on table shop.newsletters is 'The monthly newsletter: who got it, opened it, clicked in it';

create table shop.opinions (
    id           bigint primary key,
    customer_id  bigint not null,
    order_id     bigint,
    stars        int not null check (stars between 1 and 5),
    tone         text not null,              -- negative, neutral, positive: read from the text
    given_on     date not null,
    recorded_at  timestamptz not null
);
insert into shop.opinions
select row_number() over (order by given_on, order_id), id, order_id, stars,
       case when stars + 0.9 * shop.z('tone', order_id) < 2.6 then 'negative'
            when stars + 0.9 * shop.z('tone', order_id) < 3.8 then 'neutral' else 'positive' end,
       given_on, (given_on::timestamp + interval '10 hours') at time zone 'Europe/Warsaw'
                 + case when shop.u('moderated', order_id) < 0.05 then interval '144 hours' else interval '0' end
from (
    select g.*, greatest(1, least(5, round(4.0 + 0.7 * mood + 0.8 * shop.z('stars', order_id))))::int as stars,
           (ordered_at at time zone 'Europe/Warsaw')::date + 3 + floor(20 * shop.u('opinion day', order_id))::int as given_on
    from gen_order g
    where shop.u('opinion', order_id) < 0.18 and order_id in (select id from shop.orders)
    offset 0
) o
where given_on <= shop.last_day() - 6;
comment on table shop.opinions is 'Reviews of orders: stars 1 to 5 and the tone of the text';

create table shop.complaints (
    id           bigint primary key,
    customer_id  bigint not null,
    order_id     bigint,
    channel      text not null,
    opened_at    timestamptz not null,
    resolved_at  timestamptz                  -- NULL: open on the last day
);
insert into shop.complaints
select row_number() over (order by opened_at, order_id), id, order_id,
       (array['email', 'chat', 'phone'])[1 + floor(3 * shop.u('complaint channel', order_id))::int],
       opened_at, case when resolved_at < shop.end_of(shop.last_day()) then resolved_at end
from (
    select c.*, case when shop.u('unsolved', order_id) >= 0.04
                     then opened_at + make_interval(mins => floor(60 * exp(3.2 - 0.2 * mood + 0.9 * shop.z('solve', order_id)))::int) end as resolved_at
    from (select g.*, ordered_at + make_interval(hours => 20 + floor(24 * 12 * shop.u('complaint day', order_id))::int) as opened_at
          from gen_order g
          where shop.u('complaint', order_id) < least(0.5, 0.05 * exp(-0.7 * mood)) and order_id in (select id from shop.orders)
          offset 0) c
    offset 0
) t
where opened_at < shop.end_of(shop.last_day());
comment on table shop.complaints is 'Complaints about orders';

create table shop.recommendations (
    customer_id  bigint not null,
    day          date not null
);
insert into shop.recommendations
select id, day
from (select g.*, from_day + floor(28 * shop.u('recommendation day', id, n))::int as day from gen_month g
      where not gone and not never_buys and n > 0 and shop.u('recommends', id, n) < least(0.2, 0.012 * exp(0.8 * mood)) offset 0) t
where day <= shop.last_day()
order by day, id;
comment on table shop.recommendations is 'A friend of the customer used their code';

create table shop.spend (
    month              date primary key,
    retention_spend    numeric(12,2) not null,   -- EUR: newsletter, vouchers, service
    acquisition_spend  numeric(12,2) not null    -- EUR: advertising
);
insert into shop.spend
select m, round(1500 + 0.035 * o.revenue * (0.85 + 0.3 * shop.u('retention spend', i))::numeric, 2),
       round(800 + 14 * r.registered * (0.85 + 0.3 * shop.u('acquisition spend', i))::numeric, 2)
from (select i, (shop.first_day() + make_interval(months => i))::date as m,
             (shop.first_day() + make_interval(months => i + 1))::date as next_m
      from generate_series(0, 29) i) t
cross join lateral (select coalesce(sum(amount), 0) as revenue from shop.orders
                    where ordered_at >= shop.end_of(m - 1) and ordered_at < shop.end_of(next_m - 1)) o
cross join lateral (select count(*) as registered from shop.customers
                    where registered_at >= shop.end_of(m - 1) and registered_at < shop.end_of(next_m - 1)) r
order by m;
comment on table shop.spend is 'Monthly spend on keeping and on winning customers, EUR';

-- The same acquisition spend, channel by channel; the newsletter takes the rest.
create table shop.campaigns (
    month    date not null references shop.spend,
    channel  text not null,                  -- as customers.segment
    spend    numeric(12,2) not null,
    primary key (month, channel)
);
insert into shop.campaigns
with shares as (
    select month, acquisition_spend,
           (0.48 + 0.08 * shop.u('search spend', month - shop.first_day()))::numeric as search,
           (0.34 + 0.06 * shop.u('social spend', month - shop.first_day()))::numeric as social,
           (0.05 + 0.02 * shop.u('friends spend', month - shop.first_day()))::numeric as friends
    from shop.spend
), parts as (
    select month, acquisition_spend, round(acquisition_spend * search, 2) as search,
           round(acquisition_spend * social, 2) as social, round(acquisition_spend * friends, 2) as friends
    from shares
)
select month, channel, part
from parts
cross join lateral (values ('search', search), ('social', social), ('friends', friends),
                           ('newsletter', acquisition_spend - search - social - friends)) as v(channel, part)
order by month, channel collate "C";
comment on table shop.campaigns is 'Acquisition spend by channel and month, EUR';

-- Checked once over whole tables, which is quicker than row by row.
alter table shop.orders add foreign key (customer_id) references shop.customers;
alter table shop.refunds
    add foreign key (customer_id) references shop.customers,
    add foreign key (order_id) references shop.orders;
alter table shop.visits add foreign key (customer_id) references shop.customers;
alter table shop.newsletters add foreign key (customer_id) references shop.customers;
alter table shop.opinions
    add foreign key (customer_id) references shop.customers,
    add foreign key (order_id) references shop.orders;
alter table shop.complaints
    add foreign key (customer_id) references shop.customers,
    add foreign key (order_id) references shop.orders;
alter table shop.recommendations add foreign key (customer_id) references shop.customers;

drop table gen_customer, gen_month, gen_order;

-- ---------------------------------------------------------------------------
-- One row per customer: what is known about them on a day
-- ---------------------------------------------------------------------------
\echo 'shop: customer_signals'

-- Only what happened and was recorded up to and including as_of counts.  A shop
-- has no end of contract: a customer is there who registered, bought or looked
-- in during the half year before.  What is unknown is NULL.
create function shop.customer_signals(as_of date)
returns table (
    as_of                date,
    customer_id          bigint,
    name                 text,
    segment              text,
    country              text,
    stage                text,
    tenure_days          int,
    days_since_order     int,
    orders_30d           int,
    orders_365d          int,
    revenue_365d         numeric,
    average_order        numeric,
    order_gap_days       float8,
    overdue_gaps         float8,
    refunds_share        float8,
    visits_30d           int,
    visits_90d           int,
    minutes_30d          int,
    days_since_visit     int,
    newsletter_opens     float8,
    newsletter_clicks    int,
    unsubscribed         boolean,
    stars                float8,
    stars_on             date,
    tone                 text,
    tone_on              date,
    reviews_365d         int,
    complaints_365d      int,
    open_complaints      int,
    recommendations_365d int
)
-- jit: compiling a plan of this size takes ten times as long as running it
language sql stable parallel safe rows 3500 set jit = off
begin atomic
    with bought as (
        -- orders and refunds known by then, in one summary per customer
        select p.customer_id, purchase_agg(p.customer_id, p.day, p.amount) as s
        from (select o.customer_id, (o.ordered_at at time zone 'Europe/Warsaw')::date as day, o.amount
              from shop.orders o
              where o.ordered_at < shop.end_of($1) and o.recorded_at < shop.end_of($1)
              union all
              select r.customer_id, (r.refunded_at at time zone 'Europe/Warsaw')::date, r.amount
              from shop.refunds r
              where r.refunded_at < shop.end_of($1)) p
        group by p.customer_id
    ), looked as (
        select v.customer_id,
               count(*) filter (where v.visited_at >= shop.end_of($1 - 30)) as visits_30d,
               count(*) filter (where v.visited_at >= shop.end_of($1 - 90)) as visits_90d,
               sum(v.minutes) filter (where v.visited_at >= shop.end_of($1 - 30)) as minutes_30d,
               $1 - (max(v.visited_at) at time zone 'Europe/Warsaw')::date as days_since_visit
        from shop.visits v
        where v.visited_at >= shop.end_of($1 - 365) and v.visited_at < shop.end_of($1) and v.recorded_at < shop.end_of($1)
        group by v.customer_id
    ), letters as (
        select n.customer_id,
               -- share opened among the letters of half a year
               count(*) filter (where n.opened and n.sent_on > $1 - 183)::float8
                   / nullif(count(*) filter (where n.sent_on > $1 - 183), 0) as opens,
               count(*) filter (where n.clicked and n.sent_on > $1 - 183) as clicks,
               bool_or(n.unsubscribed) as unsubscribed
        from shop.newsletters n
        where n.sent_on <= $1
        group by n.customer_id
    ), said as (
        select distinct on (p.customer_id) p.customer_id, p.stars, p.tone, p.given_on,
               count(*) filter (where p.given_on > $1 - 365) over (partition by p.customer_id) as reviews
        from shop.opinions p
        where p.given_on <= $1 and p.recorded_at < shop.end_of($1)
        order by p.customer_id, p.given_on desc, p.id desc
    ), complained as (
        select c.customer_id,
               count(*) filter (where c.opened_at >= shop.end_of($1 - 365)) as complaints,
               count(*) filter (where c.resolved_at is null or c.resolved_at >= shop.end_of($1)) as open_complaints
        from shop.complaints c
        where c.opened_at < shop.end_of($1)
        group by c.customer_id
    ), recommended as (
        select r.customer_id, count(*) as recommendations
        from shop.recommendations r
        where r.day <= $1 and r.day > $1 - 365
        group by r.customer_id
    )
    select $1, c.id, c.name, c.segment, c.country,
           case when coalesce(r.orders, 0) = 0 then 'visitor' when r.orders = 1 then 'first order' else 'regular' end,
           $1 - (c.registered_at at time zone 'Europe/Warsaw')::date,
           r.days_since_last::int, coalesce(orders(b.s, month), 0)::int, coalesce(orders(b.s, year), 0)::int,
           coalesce(revenue(b.s, year), 0), round(average_order_value(b.s, year), 2),
           -- mean days between two days with an order
           r.recency / nullif(r.frequency, 0),
           case when r.frequency > 0 then r.days_since_last / greatest(r.recency / r.frequency, 7) end,
           least(1, refunds(b.s, year)::float8 / nullif(gross_revenue(b.s, year), 0)::float8),
           case when c.tracking then coalesce(v.visits_30d, 0) end::int,
           case when c.tracking then coalesce(v.visits_90d, 0) end::int,
           case when c.tracking then coalesce(v.minutes_30d, 0) end::int,
           case when c.tracking then v.days_since_visit end,
           l.opens, l.clicks::int, l.unsubscribed,
           s.stars::float8, s.given_on, s.tone, s.given_on,
           coalesce(s.reviews, 0)::int, coalesce(k.complaints, 0)::int, coalesce(k.open_complaints, 0)::int,
           coalesce(w.recommendations, 0)::int
    from shop.customers c
    cross join daterange($1 - 29, $1 + 1) as month
    cross join daterange($1 - 364, $1 + 1) as year
    left join bought b on b.customer_id = c.id
    left join lateral rfm(b.s, $1, 1) r on true
    left join looked v on v.customer_id = c.id
    left join letters l on l.customer_id = c.id
    left join said s on s.customer_id = c.id
    left join complained k on k.customer_id = c.id
    left join recommended w on w.customer_id = c.id
    where c.registered_at < shop.end_of($1)
      and (r.days_since_last < 183 or v.days_since_visit < 183 or c.registered_at >= shop.end_of($1 - 183));
end;
comment on function shop.customer_signals(date) is
    'One row per customer seen in the half year before that day, from what was known at its end; money in EUR, shares 0-1; NULL: unknown';

create view shop.customer_signals as
select * from shop.customer_signals(shop.last_day());
comment on view shop.customer_signals is 'customer_signals as of the last day of the sample';

commit;

-- Statistics, and no autovacuum in the middle of the first query.
vacuum (analyze) shop.customers, shop.orders, shop.refunds, shop.visits, shop.newsletters, shop.opinions,
    shop.complaints, shop.recommendations;
\echo 'shop: ready'
