-- health: what is refused, with the exact words.  refused() runs one statement and
-- returns its SQLSTATE and message, then its detail and hint; an answer shows as it is.
create schema health_errors;
set search_path = health_errors, public;
create table said (o int generated always as identity, sqlstate text, words text);
create function refused(sql text) returns setof text language plpgsql as $$
declare answer text; state text; message text; detail text; hint text;
begin
	begin
		execute sql into answer;
		return next '(no error) ' || coalesce(answer, 'NULL');
		return;
	exception when others then
		get stacked diagnostics state = returned_sqlstate, message = message_text, detail = pg_exception_detail, hint = pg_exception_hint;
	end;
	insert into said (sqlstate, words) values (state, concat_ws(' ', message, detail, hint));
	return next state || ': ' || message;
	if detail <> '' then return next 'DETAIL: ' || detail; end if;
	if hint <> '' then return next 'HINT: ' || hint; end if;
end $$;
-- a model as text
create function model(written text) returns setof text language sql as $$ select refused(format('select %L::healthmodel', written)) $$;
-- a model of method mean or points with one signal, without its braces
create function signal(written text) returns setof text language sql as $$ select model('{"signals": [{"name": "a", ' || written || '}]}') $$;
create function points(written text) returns setof text language sql as $$ select model('{"method": "points", "signals": [{"name": "a", ' || written || '}]}') $$;
-- a model with a sound signal and something else
create function besides(written text) returns setof text language sql as $$ select model('{"signals": [{"name": "logins", "worst": 0, "best": 20}, {"name": "mood", "values": {"good": 100, "bad": 0}}], ' || written || '}') $$;
\pset format unaligned
\pset tuples_only on
\pset null '<null>'

--
-- 1. JSON that is no model
--
select model('');
select model('   ');
select model('nonsense');
select model('{"signals": [');
select model('5');
select model('"text"');
select model('null');
select model('[]');
select model('[{"signals": []}]');
select model('{}');
select model('{"signals": null}');
select model('{"signals": []}');
select model('{"signals": {}}');
select model('{"signals": "logins"}');
select model('{"signals": ["logins"]}');
select model('{"signals": [[]]}');
select model('{"signals": [null]}');
-- nested a hundred thousand times, once the parser's business and once ours
select model(repeat('[', 100000));
select besides('"note": ' || repeat('[', 1000) || repeat(']', 1000));
-- 10 MB, as text, in one key, in one name, as jsonb
select model(repeat('{"signals": ', 870000));
select model('{"' || repeat('k', 10000000) || '": 1}');
select refused($$select jsonb_build_object('signals', '[]'::jsonb, 'note', repeat('n', 10000000))::healthmodel$$);
select refused($$select jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', 'a', 'worst', 0, 'best', 1)), 'note', repeat(E'\x01', 300000))::healthmodel$$);
select refused($$select jsonb_build_object(repeat('k', 1000000), 1)::healthmodel$$);
select model('{"signals": [{"name": "' || repeat('n', 300) || '", "worst": 0, "best": 1}]}');
select model('{"signals": [{"name": "' || repeat('ü', 127) || '", "worst": 0, "best": 0}]}');
select refused($$select jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', 's' || i, 'worst', 0, 'best', 1)))::healthmodel from generate_series(1, 1001) i$$);
-- a name that is not in the caps is looked for at once, however long
select refused($$select jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', 'a', 'worst', 0, 'best', 1)), 'caps', jsonb_build_array(jsonb_build_object('signal', repeat('ab', 200000), 'above', 1, 'score', 1)))::healthmodel$$);

--
-- 2. Keys and their types
--
select besides('"Missing": "skip"');
select besides('"misssing": "skip"');
select besides('"zzzzzzzzzz": 1');
select signal('"worst": 0, "bset": 1');
select besides('"title": 5');
select besides('"title": ["a"]');
select signal('"worst": 0, "best": 1, "label": 7');
select signal('"worst": 0, "best": 1, "label": ""');
select signal('"worst": 0, "best": 1, "action": {}');
select besides('"method": 1');
select besides('"method": "median"');
select besides('"missing": "ignore"');
select besides('"missing": true');
select besides('"base": 50');
select model('{"method": "points", "base": 101, "signals": [{"name": "a", "points": 1}]}');
select model('{"method": "points", "base": "50", "signals": [{"name": "a", "points": 1}]}');
select besides('"min_coverage": -1');
select besides('"min_coverage": 100.5');
select besides('"min_coverage": "50"');

select besides('"missing": 100.5');
select besides('"missing": -1');
select besides('"missing": [40]');
select model('{"method": "points", "missing": 40, "signals": [{"name": "a", "points": 1}]}');
select points('"points": 1, "missing": 40');
-- scores written as shares of 1; 0, 1 among others, and thresholds, are sound
select besides('"min_coverage": 0.6');
select besides('"min_coverage": 1');
select besides('"min_coverage": 0.07');
select besides('"caps": [{"signal": "logins", "above": 5, "score": 0.3}]');
select besides('"caps": [{"signal": "logins", "above": 5, "score": 1}, {"signal": "logins", "above": 9, "score": 0.25}]');
select besides('"floors": [{"signal": "logins", "below": 5, "score": 0.5}], "caps": [{"signal": "logins", "above": 5, "score": 30}]');
select besides('"bands": [{"name": "low", "from": 0}, {"name": "high", "from": 0.7}]');
select besides('"bands": [{"name": "low", "from": 0}, {"name": "mid", "from": 0.4}, {"name": "high", "from": 1}]');
select count(m::healthmodel) from unnest(array['"min_coverage": 0', '"min_coverage": 1.01', '"caps": [{"signal": "a", "above": 0.5, "score": 0}, {"signal": "a", "above": 0.7, "score": 1}]',
	'"caps": [{"signal": "a", "above": 5, "score": 0.3}, {"signal": "a", "above": 6, "score": 1.1}]', '"bands": [{"name": "low", "from": 0}, {"name": "mid", "from": 0.5}, {"name": "high", "from": 60}]', '"bands": [{"name": "low", "from": 0}, {"name": "high", "from": 1}]']) e,
	lateral (select '{"signals": [{"name": "a", "worst": 0, "best": 1}], ' || e || '}' as m) x;

--
-- 3. Signals
--
select model('{"signals": [{"worst": 0, "best": 1}]}');
select model('{"signals": [{"name": "", "worst": 0, "best": 1}]}');
select model('{"signals": [{"name": 5, "worst": 0, "best": 1}]}');
select model('{"signals": [{"name": "a", "worst": 0, "best": 1}, {"name": "b", "worst": 0, "best": 1}, {"name": "a", "worst": 0, "best": 2}]}');
select signal('"weight": -1, "worst": 0, "best": 1');
select signal('"weight": 1e16, "worst": 0, "best": 1');
select signal('"weight": "NaN", "worst": 0, "best": 1');
select signal('"weight": NaN, "worst": 0, "best": 1');
select signal('"weight": 1e400, "worst": 0, "best": 1');
select signal('"weight": 0, "worst": 0, "best": 1');
select model('{"signals": [{"name": "a", "weight": 0, "worst": 0, "best": 1}, {"name": "b", "weight": 0.0, "worst": 0, "best": 1}]}');
select signal('"worst": 0, "best": 1, "missing": "maybe"');
-- exactly one rule
select signal('"weight": 1');
select signal('"worst": 0');
select signal('"best": 0');
select signal('"worst": 0, "best": 1, "curve": [[0, 1]]');
select signal('"curve": [[0, 1]], "steps": [[0, 1]], "values": {"a": 1}');
select signal('"worst": 5, "best": 5.0');
select signal('"worst": -1e308, "best": 1e308');
select signal('"worst": "0", "best": 1');
select signal('"worst": 0, "best": 1e309');
-- curves and steps
select signal('"curve": []');
select signal('"curve": {}');
select signal('"curve": [5]');
select signal('"curve": [[1]]');
select signal('"curve": [[1, 2, 3]]');
select signal('"curve": [["1", 2]]');
select signal('"curve": [[0, 0], [5, 50], [5, 60]]');
select signal('"curve": [[0, 0], [5, 50], [4, 60]]');
select signal('"steps": [[3, 0], [2, 50]]');
select signal('"steps": []');
select signal('"steps": [[0, 101]]');
select signal('"curve": [[0, -0.001]]');
select signal('"curve": [[1e400, 1]]');
select signal('"curve": [' || (select string_agg(format('[%s, 1]', i), ',') from generate_series(1, 1001) i) || ']');
-- values
select signal('"values": {}');
select signal('"values": [1]');
select signal('"values": {"good": "100"}');
select signal('"values": {"good": 100.5}');
select signal('"values": {"good": null}');
select signal('"values": {"good": 1e400}');
select signal('"values": {' || (select string_agg(format('"%s": 1', i), ',') from generate_series(1, 1001) i) || '}');
select signal('"values": {"good": 100}, "otherwise": "40"');
select signal('"values": {"good": 100}, "otherwise": 101');
select signal('"worst": 0, "best": 1, "otherwise": 40');
select points('"points": 1, "otherwise": 40');
-- points
select points('"worst": 0, "best": 1');
select points('"curve": [[0, 1]]');
select points('"weight": 1');
select points('"points": "5"');
select points('"points": 5, "max": 1, "min": 2');
select points('"points": 5, "missing": "worst"');
select points('"points": 5, "max": "all"');
select signal('"points": 5');
select signal('"worst": 0, "best": 1, "max": 5');
-- at
select signal('"worst": 0, "best": 1, "half_life_days": 30');
select signal('"worst": 0, "best": 1, "expires_after_days": 30');
select signal('"worst": 0, "best": 1, "at": "d", "half_life_days": 0');
select signal('"worst": 0, "best": 1, "at": "d", "half_life_days": -30');
select signal('"worst": 0, "best": 1, "at": "d", "expires_after_days": -1');
select signal('"worst": 0, "best": 1, "at": 5');
select signal('"worst": 0, "best": 1, "at": ""');
select signal('"worst": 0, "best": 1, "at": "' || repeat('d', 256) || '"');

--
-- 4. Groups, caps, floors, bands, alerts
--
select besides('"groups": {"usage": {"weight": 1}}');
select model('{"groups": {"usage": {"weight": 1}}, "signals": [{"name": "a", "group": "voice", "worst": 0, "best": 1}]}');
select model('{"groups": {"usage": {"weight": 1}, "voice": {"weight": 1}}, "signals": [{"name": "a", "group": "voice", "worst": 0, "best": 1}]}');
select model('{"groups": {"usage": 5}, "signals": [{"name": "a", "group": "usage", "worst": 0, "best": 1}]}');
select model('{"groups": {"usage": {}}, "signals": [{"name": "a", "group": "usage", "worst": 0, "best": 1}]}');
select model('{"groups": {"usage": {"weight": -1}}, "signals": [{"name": "a", "group": "usage", "worst": 0, "best": 1}]}');
select model('{"groups": {"usage": {"weight": 0}}, "signals": [{"name": "a", "group": "usage", "worst": 0, "best": 1}]}');
select model('{"groups": {"usage": {"weigth": 1}}, "signals": [{"name": "a", "group": "usage", "worst": 0, "best": 1}]}');
select model('{"groups": [], "signals": [{"name": "a", "group": "usage", "worst": 0, "best": 1}]}');
select model('{"groups": {"usage": {"weight": 1}}, "method": "points", "signals": [{"name": "a", "group": "usage", "points": 1}]}');
select besides('"caps": {}');
select besides('"caps": [5]');
select besides('"caps": [{"above": 1, "score": 1}]');
select besides('"caps": [{"signal": "login", "above": 1, "score": 1}]');
select besides('"caps": [{"signal": "something else", "above": 1, "score": 1}]');
select besides('"caps": [{"signal": "mood", "above": 1, "score": 1}]');
select besides('"caps": [{"signal": "logins", "score": 1}]');
select besides('"caps": [{"signal": "logins", "above": 1, "below": 0, "score": 1}]');
select besides('"caps": [{"signal": "logins", "above": 1}]');
select besides('"caps": [{"signal": "logins", "is": "bad", "score": 1}]');
select besides('"caps": [{"signal": "mood", "is": "bda", "score": 1}]');
select besides('"caps": [{"signal": "mood", "is": "unheard of", "score": 1}]');
select besides('"caps": [{"signal": "mood", "is": 5, "score": 1}]');
select besides('"caps": [{"signal": "mood", "is": "bad", "above": 5, "score": 1}]');
select besides('"caps": [{"signal": "mood", "score": 1}]');
select besides('"caps": [{"signal": "logins", "above": "1", "score": 1}]');
select besides('"caps": [{"signal": "logins", "above": 1, "score": 101}]');
select besides('"floors": [{"signal": "logins", "below": 1, "score": -1}]');
select besides('"floors": [{"signal": "logins", "below": 1, "score": 1, "reason": 5}]');
select besides('"floors": [{"signal": "logins", "under": 1, "score": 1}]');
select besides('"bands": []');
select besides('"bands": {}');
select besides('"bands": ["low"]');
select besides('"bands": [{"from": 0}]');
select besides('"bands": [{"name": "low"}]');
select besides('"bands": [{"name": "low", "from": 10}, {"name": "high", "from": 60}]');
select besides('"bands": [{"name": "low", "from": 0}, {"name": "high", "from": 60}, {"name": "middle", "from": 40}]');
select besides('"bands": [{"name": "low", "from": 0}, {"name": "high", "from": 0}]');
select besides('"bands": [{"name": "low", "from": 0}, {"name": "low", "from": 60}]');
select besides('"bands": [{"name": "low", "from": 0}, {"name": "high", "from": 101}]');
select besides('"bands": [{"name": "low", "from": 0, "color": 5}]');
select besides('"bands": [{"name": "low", "from": 0, "to": 40}, {"name": "high", "from": 40, "to": 100}]');
select besides('"bands": [{"name": "low", "from": 0, "colour": "red"}]');
select besides('"alerts": []');
select besides('"alerts": {"drop": 0}');
select besides('"alerts": {"drop": 101}');
select besides('"alerts": {"within_days": 0}');
select besides('"alerts": {"within_days": 1.5}');
select besides('"alerts": {"hysteresis": 51}');
select besides('"alerts": {"hysteresis": -1}');
select besides('"alerts": {"drops": 5}');

--
-- 5. Rows that do not fit the model
--
create table m (name text, m healthmodel);
insert into m values ('logins', '{"signals": [{"name": "logins_30d", "worst": 0, "best": 20}]}'), ('mood', '{"signals": [{"name": "mood", "values": {"good": 100, "bad": 0}}]}'),
	('aged', '{"signals": [{"name": "v", "worst": 0, "best": 20, "at": "day"}]}'), ('strict', '{"missing": "fail", "signals": [{"name": "Log ins", "worst": 0, "best": 20}]}'),
	('points', '{"method": "points", "signals": [{"name": "a", "points": 1e300}, {"name": "b", "points": -1e300}]}'),
	('many', (select jsonb_build_object('signals', jsonb_agg(jsonb_build_object('name', 's' || i, 'worst', 0, 'best', 1))) from generate_series(1, 12) i)),
	('two', '{"signals": [{"name": "a", "worst": 0, "best": 10}, {"name": "b", "worst": 0, "best": 10}]}');
-- the score that a row gives: from "from" of a query, as record and as jsonb
create function score(model text, row_sql text, more text default '') returns setof text language sql as $$
	select refused(format('select health_score(m, r%s) from m, (%s) r where name = %L', more, row_sql, model)) $$;
create function score_jsonb(model text, written text, more text default '') returns setof text language sql as $$
	select refused(format('select health_score(m, %L::jsonb%s) from m where name = %L', written, more, model)) $$;
-- a column that is absent, occurs twice, has another case
select score('logins', 'select 1 as logins_30, 2 as login_30d, 3 as logins_90d, 4 as other');
select score('logins', 'select 1 as something');
select score('logins', 'select 1 as "LOGINS_30D"');
select score('strict', 'select 1 as "log ins"');
select score('logins', 'select 1 as logins_30d, 2 as x, 3 as logins_30d');
select score('logins', 'select');
select refused('select health_score(m, row(1, 2)) from m where name = ''logins''');
-- types that give no score
select score('logins', 'select date ''2026-01-01'' as logins_30d');
select score('logins', 'select timestamptz ''2026-01-01 00:00+00'' as logins_30d');
select score('logins', 'select timestamp ''2026-01-01'' as logins_30d');
select score('logins', 'select interval ''1 day'' as logins_30d');
select score('logins', 'select ''5''::text as logins_30d');
select score('logins', 'select ''5''::varchar(3) as logins_30d');
select refused($$select health_score('{"signals": [{"name": "Partner", "worst": 0, "best": 1}]}', r) from (select text 'Yes' as "Partner") r$$);
select score('logins', 'select ''5''::json as logins_30d');
select score('logins', 'select ''5''::jsonb as logins_30d');
select score('logins', 'select array[5] as logins_30d');
select score('logins', 'select 5::money as logins_30d');
select score('logins', 'select row(5) as logins_30d');
select score('mood', 'select 5 as mood');
select score('mood', 'select true as mood');
select score('mood', 'select date ''2026-01-01'' as mood');
-- values that give no score
select score('mood', 'select ''excellent'' as mood');
select score('mood', 'select ''Good'' as mood');
select score('mood', 'select '''' as mood');
select score('mood', 'select repeat(''long '', 1000000) as mood');
select score('mood', 'select repeat(''ż'', 1000000) as mood');
select score('logins', 'select ''NaN''::float8 as logins_30d');
select score('logins', 'select ''-Infinity''::float4 as logins_30d');
select score('logins', 'select ''Infinity''::numeric as logins_30d');
select score('logins', 'select 1e400 as logins_30d');
select score('strict', 'select ''NaN''::numeric as "Log ins"');
-- the hint works
select score('strict', 'select case when abs(x) < 1e300 then x end as "Log ins" from (values (''NaN''::numeric)) t (x)');
select score('logins', 'select case when abs(x) < 1e300 then x end as logins_30d from (values (1e400)) t (x)');
-- missing where the model says "fail"
select score('strict', 'select null::int as "Log ins"');
select score_jsonb('strict', '{}');
-- at and as_of
select score('aged', 'select 5 as v, date ''2026-01-01'' as day');
select score('aged', 'select 5 as v, date ''2026-01-01'' as day', ', null');
select score_jsonb('aged', '{"v": 5, "day": "2026-01-01"}');
select score('aged', 'select 5 as v, date ''2026-01-01'' as day', ', ''infinity''');
select score('aged', 'select 5 as v, date ''2026-01-01'' as day', ', ''-infinity''');
select score('aged', 'select 5 as v, date ''infinity'' as day', ', ''2026-01-01''');
select score('aged', 'select 5 as v, date ''-infinity'' as day', ', ''2026-01-01''');
select score('aged', 'select 5 as v', ', ''2026-01-01''');
select score('aged', 'select 5 as v, timestamp ''2026-01-01'' as day', ', ''2026-01-01''');
select score('aged', 'select 5 as v, timestamptz ''2026-01-01 00:00+00'' as day', ', ''2026-01-01''');
select score('aged', 'select 5 as v, ''2026-01-01'' as day', ', ''2026-01-01''');
select score('aged', 'select 5 as v, 20260101 as day', ', ''2026-01-01''');
-- names that ROW(...) gives: the query had others, which are lost
select refused($$select health_score(m, row(5, 'x')) from m where name = 'logins'$$);
select refused($$select health_score(m, to_jsonb(row(5, 'x'))) from m where name = 'logins'$$);
select refused($$select health_score(m, to_jsonb(row(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12))) from m where name = 'many'$$);
select refused(format($$select %s(m, '{"f1": null}'::jsonb) from m where name = 'two'$$, f)) from unnest(array['health_coverage', 'health_drivers', 'health_explain', 'health_groups', 'health_profile']) f;
select refused($$select health_change_text(m, '{"f1": 1}'::jsonb, '{"a": 1}'::jsonb) from m where name = 'two'$$);
-- other keys are what a document may have: no score, no error
select score_jsonb('logins', '{}'), score_jsonb('logins', '{"f2": 1}'), score_jsonb('logins', '{"f1": 1, "f3": 2}'), score_jsonb('logins', '{"f01": 1}'), score_jsonb('logins', '{"f1": 1, "f2": 2, "g": 3}');
select score_jsonb('logins', '{"f1": 1, "logins_30d": 5}'), score_jsonb('logins', '{"f1": 1, "logins_30d": null}');
select health_score('{"signals": [{"name": "f2", "worst": 0, "best": 10}, {"name": "x", "worst": 0, "best": 10}]}'::healthmodel, to_jsonb(row(10, 5))) as named_so;
-- jsonb
select score_jsonb('logins', '[]');
select score_jsonb('logins', '5');
select score_jsonb('logins', '"logins_30d"');
select score_jsonb('logins', 'null');
select score_jsonb('logins', '{"logins_30d": "5"}');
select score_jsonb('logins', '{"logins_30d": [5]}');
select score_jsonb('logins', '{"logins_30d": {"a": 5}}');
select score_jsonb('logins', '{"logins_30d": 1e400}');
select score_jsonb('logins', '{"logins_30d": -1e400}');
select score_jsonb('mood', '{"mood": 5}');
select score_jsonb('mood', '{"mood": true}');
select score_jsonb('mood', '{"mood": ["good"]}');
select score_jsonb('mood', '{"mood": "excellent"}');
select score_jsonb('mood', '{"mood": 1e9999}');
select refused($$select health_score(m, jsonb_build_object('logins_30d', repeat('x', 1000000))) from m where name = 'logins'$$);
-- days are year-month-day and exist
select day, (select score_jsonb('aged', format('{"v": 5, "day": %s}', day), ', ''2026-01-01''') limit 1), health_score(m, '{"v": null, "day": "nonsense"}'::jsonb, '2026-01-01') as not_needed
from m, unnest(array['"2025-12-31"', '"2025-1-5"', '"25-01-05"', '"tomorrow"', '"infinity"', '"31.12.2025"', '"12/31/2025"', '"2025-02-29"', '"2025-13-01"', '"2025-00-10"', '"2025-12-31T00:00:00"', '"20251231"', '"-2025-12-31"', '"2025--1-05"', '""', '"2025-12-31 "',
	'"5874898-01-01"', '"9999999-01-01"', '"0000-01-01"', '20251231', 'true', '["2025-12-31"]', 'null']) day where name = 'aged';
select score_jsonb('aged', '{"v": 5, "day": "31.12.2025"}', ', ''2026-01-01''');

--
-- 6. By position
--
create function by_position(model text, arguments text) returns setof text language sql as $$
	select refused(format('select health_score(m, %s) from m where name = %L', arguments, model)) $$;
select by_position('two', '1');
select by_position('two', '1, 2, 3');
select by_position('two', 'array[1]::float8[]');
select by_position('two', '''{}''::float8[]');
select by_position('two', 'array[[1, 2], [3, 4]]::float8[]');
select by_position('logins', '1, 2');
select by_position('many', '1, 2');
select by_position('mood', '1');
select by_position('mood', 'array[1]::float8[]');
select by_position('aged', '1');
select by_position('aged', 'array[1]::float8[]');
select by_position('two', '1, variadic array[2]');
select by_position('two', '1, ''2''');
select by_position('two', '1, ''2''::text');
select by_position('two', '1, date ''2026-01-01''');
select by_position('two', '1, array[2]');
select by_position('two', '1, ''NaN''::float8');
select by_position('two', '''Infinity''::float8, 1');
select by_position('two', 'array[1, ''Infinity'']::float8[]');
select by_position('points', '1e10, 1');
select by_position('points', '1e8, null');
select by_position('points', '1.7e8, 1.7e8');
select refused($$select health_score('{"method": "points", "signals": [{"name": "a", "points": 1e300}, {"name": "b", "points": 1e300}]}', 1.5e8, 1.5e8)$$);
-- PostgreSQL's own words: what is given does not say which function is meant
select by_position('two', '''{"a": 1}''');
select by_position('two', 'true, 1');

--
-- 7. The other functions
--
select refused($$select health_score(array[80, 60], array[1])$$);
select refused($$select health_score(array[[80, 60], [1, 2]], array[1, 2])$$);
select refused($$select health_score(array[80, 60], array[[1, 2], [3, 4]])$$);
select refused($$select health_score(array[80, 60], array[1, null])$$);
select refused($$select health_score(array[80, 60], array[1, -1])$$);
select refused($$select health_score(array[80, 60], array[1, 'NaN']::float8[])$$);
select refused($$select health_score(array[80, 60], array[1, 1e16])$$);
select refused($$select health_score(array[80, 101], array[1, 1])$$);
select refused($$select health_score(array[80, 'NaN']::float8[], array[1, 1])$$);
select refused($$select scale_score(1, 5, 5)$$);
select refused($$select scale_score('NaN', 0, 5)$$);
select refused($$select scale_score(1, '-Infinity', 5)$$);
select refused($$select scale_score(1, 0, 'Infinity')$$);
select refused(format($$select %s(m, %L::float8) from m where name = 'two'$$, f, score)) from unnest(array['health_band', 'health_color']) f, unnest(array['-0.001', '100.001', 'NaN', 'Infinity']) score;
select refused(format($$select health_drivers(m, '{"a": 1}'::jsonb, null, %s) from m where name = 'two'$$, n)) from unnest(array['0', '-3']) n;
select refused(format($$select %s(m, '[]'::jsonb) from m where name = 'two'$$, f)) from unnest(array['health_coverage', 'health_drivers', 'health_explain', 'health_groups']) f;
select refused(format($$select %s(m, r) from m, (select 1 as a) r where name = 'two'$$, f)) from unnest(array['health_coverage', 'health_drivers', 'health_explain', 'health_groups']) f;
-- health_change: the old model judges the new signals too
select refused($$select health_change(a.m, x, null, b.m, y, null) from m a, m b, (select 1 as logins_30d) x, (select 1 as a, 2 as b) y where a.name = 'logins' and b.name = 'two'$$);
select refused($$select health_change(m, '{"v": 1, "day": "2026-01-01"}'::jsonb, '2026-01-01', m, '{"v": 1, "day": "2026-01-01"}'::jsonb, null) from m where name = 'aged'$$);
select refused($$select health_change(m, '{"v": 1, "day": "2026-01-01"}'::jsonb, '{"v": 1}'::jsonb) from m where name = 'aged'$$);
select refused($$select health_change_text(m, '{"a": 1}'::jsonb, '{"a": 1}'::jsonb, 0) from m where name = 'two'$$);
select refused($$select health_change_text(m, x, y) from m, (select 1 as a) x, (select 1 as a, 2 as b) y where name = 'two'$$);
-- health_sql
select refused($$select health_sql(m, 'snowflake') from m where name = 'two'$$);
select refused($$select health_sql(m, repeat('x', 100000)) from m where name = 'two'$$);
select refused($$select health_sql(m) from m where name = 'aged'$$);
select refused($$select health_sql(m, 'ansi', ' ') from m where name = 'aged'$$);
select refused($$select health_sql(jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', repeat('n', 64), 'worst', 0, 'best', 1)))::healthmodel)$$);
select refused($$select health_sql(jsonb_build_object('signals', jsonb_build_array(jsonb_build_object('name', repeat('n', 64), 'worst', 0, 'best', 1)))::healthmodel, 'ansi') like '%nnn%'$$);
-- windows
select refused($$select health_quartile(v) over () from (values (1.0::float8), ('NaN')) t (v)$$);
select refused($$select health_quartile(v) over () from (values (1.0::float8), ('-Infinity')) t (v)$$);
create function alert(rows text) returns setof text language sql as $$
	select refused(format('select health_alert(m, score, day::date) over (order by o) from m, (values %s) t (o, score, day) where name = ''two'' offset 1', rows)) $$;
set datestyle = 'SQL, DMY';
select alert('(1, 50, ''2026-01-02''), (2, 50, ''2026-01-02'')');
select alert('(1, 50, ''2026-01-02''), (2, 50, ''2026-01-01'')');
reset datestyle;
select alert('(1, 50, ''2026-01-02''), (2, null, null), (3, null, ''2026-01-01'')');
select alert('(1, 50, ''2026-01-02''), (2, 101, ''2026-01-03'')');
select alert('(1, 50, ''2026-01-02''), (2, -1, ''2026-01-03'')');
select alert('(1, 50, ''2026-01-02''), (2, ''NaN''::float8, ''2026-01-03'')');
select alert('(1, 50, ''2026-01-02''), (2, 50, ''infinity'')');
select alert('(1, 50, ''0044-03-15 BC''), (2, 50, ''-infinity'')');
select alert('(1, 50, ''0044-03-15 BC''), (2, 50, ''0045-03-15 BC'')');
select refused($$select health_quartile(1)$$);
select refused($$select health_alert(m, 1, '2026-01-01') from m$$);

--
-- 8. The binary form
--
-- COPY reads what is written here: a file of COPY's binary format with one field
\getenv abs_builddir PG_ABS_BUILDDIR
create table copied (m healthmodel);
create function binary_file(field bytea) returns bytea language sql as $$
	select '\x5047434f50590aff0d0a000000000000000000'::bytea || '\x0001'::bytea || int4send(length(field)) || field || '\xffff'::bytea $$;
create function send_as(version int, written bytea) returns bytea language sql as $$ select set_byte('\x00', 0, version) || written $$;
create table field (n int, bytes bytea);
insert into field values (1, ''), (2, '\x01'), (3, send_as(0, '{}')), (4, send_as(2, '{"signals": [{"name": "a", "worst": 0, "best": 1}]}')), (5, send_as(1, '{"signals": [{"name": "a", "worst": 0, "be')),
	(6, send_as(1, '{"signals": [{"name": "a", "worst": 0, "best": 1}]}' || '\x00'::bytea)), (7, send_as(1, '{"signals": [{"name": "a' || '\xc3'::bytea || '", "worst": 0, "best": 1}]}')),
	(8, send_as(1, '{"signals": [{"name": "' || '\xeda080'::bytea || '", "worst": 0, "best": 1}]}')), (9, send_as(1, '{"signals": [{"name": "a", "worst": 0, "best": 1}]} extra')),
	(10, send_as(1, '{"signals": [{"name": "a", "worst": 0, "weight": -1}]}')), (11, send_as(1, '{"signals": [{"name": "a' || '\x00'::bytea || '", "worst": 0, "best": 1}]}')),
	(12, send_as(1, '{"signals": [{"name": "a", "worst": 0, "best": 1.0}]}')), (13, send_as(1, convert_to('{"signals": [{"name": "' || repeat('é', 2000000) || '"}]}', 'UTF8')));
-- one after the other, through a large object that psql writes to a file
\set SHOW_CONTEXT never
\set file :abs_builddir '/results/health_errors.copy'
\set back '\\copy copied from ''' :file ''' (format binary)'
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 1 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 2 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 3 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 4 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 5 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 6 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 7 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 8 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 9 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 10 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 11 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 12 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_from_bytea(0, binary_file(bytes)) as lo from field where n = 13 \gset
\lo_export :lo :file
:back
\set VERBOSITY sqlstate
:back
\set VERBOSITY default
select lo_unlink(oid) from pg_largeobject_metadata where lomowner = current_user::regrole \g /dev/null
-- the sound one came in, with its number trimmed
select distinct m from copied;

--
-- 9. Of everything refused above: class 22, or PostgreSQL's own; no message is long
--
select sqlstate, count(*) > 0, min(words) from said where sqlstate not like '22%' group by sqlstate order by sqlstate;
select max(octet_length(words)) < 1000 from said;

set client_min_messages = warning;
drop schema health_errors cascade;
