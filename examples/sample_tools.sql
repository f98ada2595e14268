-- What both samples begin with, in the schema named by the variable sample:
-- their first and last day, and the random numbers that all their rows come from.
-- saas.sql and shop.sql include this file.

create function :sample.first_day() returns date
language sql immutable parallel safe
return date '2024-01-01';
comment on function :sample.first_day() is 'First day of the sample';

create function :sample.last_day() returns date
language sql immutable parallel safe
return date '2026-06-30';
comment on function :sample.last_day() is 'Last day of the sample: nothing later is known';

-- Both companies keep their books in Warsaw, so their days end there.
create function :sample.end_of(day date) returns timestamptz
language sql immutable parallel safe
return (day + 1)::timestamp at time zone 'Europe/Warsaw';
comment on function :sample.end_of(date) is 'The instant at which the day is over in Europe/Warsaw; NULL for NULL';

-- Uniform in (0,1).  md5 of the draw's name is folded into a constant by the
-- planner; hashint8extended is the same on every platform and version.
create function :sample.u(draw text, a bigint, b bigint default 0, c bigint default 0) returns float8
language sql immutable parallel safe
return ((hashint8extended(c, hashint8extended(b, hashint8extended(a,
            ('x' || left(md5('seed 1 ' || draw), 16))::bit(64)::bigint)))
         & 4503599627370495)::float8 + 0.5) / 4503599627370496;
comment on function :sample.u(text, bigint, bigint, bigint) is 'The uniform random number (0..1) of this draw for these keys';

-- Standard normal, by Tukey's lambda approximation of the quantile function:
-- one draw is enough, and the tails end near +-5.
create function :sample.z(draw text, a bigint, b bigint default 0, c bigint default 0) returns float8
language sql immutable parallel safe
return (power(:sample.u(draw, a, b, c), 0.135) - power(1 - :sample.u(draw, a, b, c), 0.135)) / 0.1975;
comment on function :sample.z(text, bigint, bigint, bigint) is 'The standard normal random number of this draw for these keys';
