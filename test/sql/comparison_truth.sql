-- comparison against answers computed elsewhere, with 50 digits.
-- They are no part of this project; where ../shared/truth is absent the test ends
-- here, and expected/comparison_truth_1.out is the answer (which is why that variant exists).
\getenv abs_srcdir PG_ABS_SRCDIR
\getenv shared CHS_SHARED
\if :{?shared}
\else
\set shared :abs_srcdir '/../../shared'
\endif
\setenv TRUTH :shared/truth/comparison
\set found `test -e "$TRUTH/newcombe.json" && echo true || echo false`
\if :found
\else
\echo skipped: no data
\quit
\endif
CREATE TEMP TABLE loaded (file text, line text);
\set load '\\copy loaded from program ''cd "$TRUTH" && for f in *.json; do tr -d "\\t\\n" < $f | sed "s/^/$f\\t/"; echo; done'''
:load
CREATE TEMP TABLE truth AS SELECT file, line::jsonb AS j FROM loaded;
-- relative, or absolute where the answer is below 1
CREATE FUNCTION pg_temp.near(a float8, b text, tolerance float8) RETURNS boolean LANGUAGE sql AS
  $$ SELECT CASE WHEN b IS NULL THEN a IS NULL ELSE abs(a - b::float8) <= tolerance * greatest(1, abs(b::float8)) END $$;

SELECT count(*), bool_and(pg_temp.near(r.difference, c->>'difference', 1e-11) AND pg_temp.near(r.low, c->>'low', 1e-11) AND pg_temp.near(r.high, c->>'high', 1e-11)) AS limits,
       bool_and(pg_temp.near(r.p_value, c->>'p_value', 1e-11) AND (r.p_value IS NULL OR abs(r.p_value / (c->>'p_value')::float8 - 1) < 1e-10)) AS p_value
  FROM truth, jsonb_array_elements(j->'cases') c,
       rate_difference((c->'args'->>0)::numeric, (c->'args'->>1)::numeric, (c->'args'->>2)::numeric, (c->'args'->>3)::numeric, (c->>'confidence')::float8) r
 WHERE file = 'newcombe.json';

SELECT count(*), bool_and(pg_temp.near(r.low, c->>'low', 1e-11) AND pg_temp.near(r.high, c->>'high', 1e-11)) AS rates
  FROM truth, jsonb_array_elements(j->'rate_sequence') c, rate_sequence((c->>'successes')::numeric, (c->>'trials')::numeric, (c->>'confidence')::float8) r
 WHERE file = 'sequences.json';
SELECT count(*), bool_and(pg_temp.near(r.low, c->>'low', 1e-11) AND pg_temp.near(r.high, c->>'high', 1e-11)) AS scores
  FROM truth, jsonb_array_elements(j->'nps_sequence') c, nps_sequence((c->>'promoters')::numeric, (c->>'passives')::numeric, (c->>'detractors')::numeric, (c->>'confidence')::float8) r
 WHERE file = 'sequences.json';

SELECT name, count(*), bool_and(pg_temp.near(p.mix, part->>1, 1e-12) AND pg_temp.near(p.rate, part->>2, 1e-12) AND pg_temp.near(p.total, part->>3, 1e-12)) AS parts
  FROM truth, jsonb_each(j) AS e(name, c),
       LATERAL (SELECT change_agg(r->>0, (r->>1)::float8, (r->>2)::float8, (r->>3)::float8, (r->>4)::float8) AS s FROM jsonb_array_elements(c->'rows (segment, before_value, before_size, after_value, after_size)') r) x,
       change_parts(s) p, jsonb_array_elements(c->'parts') part
 WHERE file = 'change_parts.json' AND jsonb_typeof(c) = 'object' AND part->>0 = p.segment GROUP BY name ORDER BY name;

SELECT name, pg_temp.near(f.treated_rate, c->>'treated_rate (MH-weighted)', 1e-11) AND pg_temp.near(f.untreated_rate, c->>'untreated_rate (MH-weighted)', 1e-11) AND pg_temp.near(f.difference, c->>'difference', 1e-11) AS rates,
       pg_temp.near(f.low, c->'low, high (Klingenberg)'->>0, 1e-11) AND pg_temp.near(f.high, c->'low, high (Klingenberg)'->>1, 1e-11) AS limits, pg_temp.near(f.p_value, c->>'p_value', 1e-11) AS p_value,
       f.strata_without_overlap = (c->>'strata_without_overlap')::bigint AND f.rows_without_overlap = (c->>'rows_without_overlap')::bigint AS overlap
  FROM truth, jsonb_each(j) AS e(name, c),
       LATERAL (SELECT effect_agg(treated, i <= (v->>at)::int, stratum) AS s
                  FROM jsonb_each(c->'strata {name: [treated with outcome, treated, untreated with outcome, untreated]}') AS t(stratum, v), (VALUES (true, 0), (false, 2)) AS k(treated, at), LATERAL generate_series(1, (v->>(at + 1))::int) i) x,
       effect(s, (c->>'confidence')::float8) f
 WHERE file = 'mantel_haenszel.json' AND jsonb_typeof(c) = 'object' ORDER BY name;
