-- A health model as a spreadsheet: health_template.csv is the sheet, this file
-- turns it into a model and a model into a sheet.
--
--   cd examples; psql -f health_template.sql
--                                    (drops and rebuilds the schema health_template)
--
-- One row per signal; its first column, what, says what a row is:
--
--   model    name: title, version, owner, note, method, base, missing,
--            min_coverage; its value stands in the column value
--   signal   a signal of that name, with exactly one rule:
--              worst and best          60 | 0
--              curve                   0: 0; 0.3: 40; 0.8: 100
--              steps                   0: 100; 1: 80; 3: 40
--              values [, otherwise]    negative: 0; neutral: 50; positive: 100
--              points [, min, max]     with the method points
--   cap, floor   of the signal name: above, below or is, score, reason
--   band     name, from, color
--   group    name, weight, label
--   alert    name: drop, within_days or hysteresis; value
--
-- An empty cell is not given.  In curve, steps and values a semicolon divides
-- the entries, a colon value and score.  Rows of a kind keep their order.

begin;
set local client_min_messages = warning;
drop schema if exists health_template cascade;
create schema health_template;
comment on schema health_template is 'Health models as spreadsheets';

-- Everything is text: what a cell must hold, the model itself checks.
create table health_template.sheet (
    what text not null, name text not null, value text, label text, unit text, "group" text, weight text,
    worst text, best text, curve text, steps text, "values" text, otherwise text, points text, min text, max text,
    missing text, at text, half_life_days text, expires_after_days text, "from" text, color text,
    above text, below text, "is" text, score text, reason text, action text, note text,
    line int generated always as identity
);
comment on table health_template.sheet is 'The rows of a spreadsheet, in its order';

-- 'x: y; x: y' as [[x, y], ...] of numbers
create function health_template.pairs(cell text) returns jsonb
language sql immutable parallel safe
begin atomic
    select jsonb_agg(jsonb_build_array(p[1]::numeric, p[2]::numeric) order by nr)
    from regexp_split_to_table(cell, ';') with ordinality e(entry, nr)
    cross join lateral regexp_match(entry, '^\s*(.*\S)\s*:\s*(\S+)\s*$') p;
end;
comment on function health_template.pairs(text) is 'A cell of a curve or of steps as jsonb; NULL for NULL';

-- 'text: y; text: y' as {"text": y, ...}
create function health_template.scores(cell text) returns jsonb
language sql immutable parallel safe
begin atomic
    select jsonb_object_agg(p[1], p[2]::numeric)
    from regexp_split_to_table(cell, ';') entry
    cross join lateral regexp_match(entry, '^\s*(.*\S)\s*:\s*(\S+)\s*$') p
    where cell is not null;
end;
comment on function health_template.scores(text) is 'A cell of values as jsonb; NULL for NULL';

-- 'skip', or a score
create function health_template.missing(cell text) returns jsonb
language sql immutable parallel safe
return case when cell ~ '^[0-9.]+$' then to_jsonb(cell::numeric) else to_jsonb(cell) end;
comment on function health_template.missing(text) is 'A cell of missing as jsonb; NULL for NULL';

-- The sheet as a model.  One jsonb object per row, NULL cells left out.
create function health_template.model() returns healthmodel
language sql stable
begin atomic
    with rows as (
        select what, name, value, line, jsonb_strip_nulls(jsonb_build_object(
            'name', name, 'label', label, 'unit', unit, 'group', "group", 'weight', weight::numeric,
            'worst', worst::numeric, 'best', best::numeric,
            'curve', health_template.pairs(curve), 'steps', health_template.pairs(steps),
            'values', health_template.scores("values"), 'otherwise', otherwise::numeric,
            'points', points::numeric, 'min', min::numeric, 'max', max::numeric,
            'missing', health_template.missing(missing), 'at', at, 'half_life_days', half_life_days::numeric,
            'expires_after_days', expires_after_days::numeric, 'from', "from"::numeric, 'color', color,
            'above', above::numeric, 'below', below::numeric, 'is', "is", 'score', score::numeric,
            'reason', reason, 'action', action, 'note', note)) as object
        from health_template.sheet
    )
    select (coalesce(jsonb_object_agg(name, case when name in ('base', 'min_coverage') then to_jsonb(value::numeric)
                                                 when name = 'missing' then health_template.missing(value)
                                                 else to_jsonb(value) end) filter (where what = 'model'), '{}')
            || jsonb_strip_nulls(jsonb_build_object(
                'signals', jsonb_agg(object order by line) filter (where what = 'signal'),
                'caps', jsonb_agg(object - 'name' || jsonb_build_object('signal', name) order by line) filter (where what = 'cap'),
                'floors', jsonb_agg(object - 'name' || jsonb_build_object('signal', name) order by line) filter (where what = 'floor'),
                'bands', jsonb_agg(object order by line) filter (where what = 'band'),
                'groups', jsonb_object_agg(name, object - 'name') filter (where what = 'group'),
                'alerts', jsonb_object_agg(name, value::numeric) filter (where what = 'alert'),
                -- a misspelt kind of row: the model refuses the key and names it
                coalesce('a row "' || max(what) filter (where what not in ('model', 'signal', 'cap', 'floor', 'band', 'group', 'alert')) || '"', ''),
                true) - '')
           )::healthmodel
    from rows;
end;
comment on function health_template.model() is 'The model that the sheet describes; an error says which cell is wrong';

-- A model as a sheet, with the columns of the template.
create function health_template.sheet_of(model healthmodel)
returns table (
    what text, name text, value text, label text, unit text, "group" text, weight text,
    worst text, best text, curve text, steps text, "values" text, otherwise text, points text, min text, max text,
    missing text, at text, half_life_days text, expires_after_days text, "from" text, color text,
    above text, below text, "is" text, score text, reason text, action text, note text
)
language sql immutable parallel safe
begin atomic
    with rows as (
        select 1 as part, array_position(array['title', 'version', 'owner', 'id', 'label', 'note', 'method', 'base', 'missing', 'min_coverage'], k.key)::bigint as nr, 'model' as what, k.key as name,
               k.value as setting, '{}'::jsonb as o
        from jsonb_each_text($1::jsonb) k
        where k.key not in ('signals', 'caps', 'floors', 'bands', 'groups', 'alerts')
        union all
        select 2, null, 'group', g.key, null, g.value from jsonb_each($1::jsonb -> 'groups') g
        union all
        select 3, s.nr, 'signal', s.object ->> 'name', null, s.object
        from jsonb_array_elements($1::jsonb -> 'signals') with ordinality s(object, nr)
        union all
        select 4, c.nr, 'cap', c.object ->> 'signal', null, c.object
        from jsonb_array_elements($1::jsonb -> 'caps') with ordinality c(object, nr)
        union all
        select 5, f.nr, 'floor', f.object ->> 'signal', null, f.object
        from jsonb_array_elements($1::jsonb -> 'floors') with ordinality f(object, nr)
        union all
        select 6, b.nr, 'band', b.object ->> 'name', null, b.object
        from jsonb_array_elements($1::jsonb -> 'bands') with ordinality b(object, nr)
        union all
        select 7, array_position(array['drop', 'within_days', 'hysteresis'], a.key)::bigint, 'alert', a.key, a.value, '{}'
        from jsonb_each_text($1::jsonb -> 'alerts') a
    )
    select r.what, r.name, r.setting, o ->> 'label', o ->> 'unit', o ->> 'group', o ->> 'weight', o ->> 'worst', o ->> 'best',
           (select string_agg((p.pair ->> 0) || ': ' || (p.pair ->> 1), '; ' order by p.nr)
            from jsonb_array_elements(o -> 'curve') with ordinality p(pair, nr)),
           (select string_agg((p.pair ->> 0) || ': ' || (p.pair ->> 1), '; ' order by p.nr)
            from jsonb_array_elements(o -> 'steps') with ordinality p(pair, nr)),
           (select string_agg(v.key || ': ' || v.value, '; ' order by v.value::numeric, v.key collate "C")
            from jsonb_each_text(o -> 'values') v),
           o ->> 'otherwise', o ->> 'points', o ->> 'min', o ->> 'max', o ->> 'missing', o ->> 'at', o ->> 'half_life_days',
           o ->> 'expires_after_days', o ->> 'from', o ->> 'color', o ->> 'above', o ->> 'below', o ->> 'is', o ->> 'score',
           o ->> 'reason', o ->> 'action', o ->> 'note'
    from rows r
    order by r.part, r.nr nulls last, r.name collate "C";
end;
comment on function health_template.sheet_of(healthmodel) is 'The rows of a spreadsheet that describe a model; none for NULL';
commit;

-- the sheet comes in ...
\copy health_template.sheet (what, name, value, label, unit, "group", weight, worst, best, curve, steps, "values", otherwise, points, min, max, missing, at, half_life_days, expires_after_days, "from", color, above, below, "is", score, reason, action, note) from 'health_template.csv' with (format csv, header)

-- ... becomes a model, and is read back by people
select signal, label, round(weight_percent::numeric, 1) as "weight %", rule, when_missing, warning
from health_review(health_template.model());
