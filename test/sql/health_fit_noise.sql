-- health_fit of signals that have nothing to do with leaving: 200 times 400 customers of
-- whom 40 left, five random signals.  The true area under the curve is 0.5.  The apparent
-- one, of the rows that the weights were learnt from, is above it; the corrected one must
-- be 0.5 on average (its standard error here is 0.004), whatever the prior.  Ranking the
-- rows of all folds together would give 0.43 and 0.46, scoring each fold with the weights
-- of all rows 0.55 and 0.56.
set client_min_messages = error;	-- 40 churned are few for five signals
\set seed 0.2026
\echo seed :seed
select setseed(:seed);
create temp table noise as
select fit, customer <= 40 as churned, array(select 100 * random() from generate_series(1, 5) where customer + fit > 0) as signals from generate_series(1, 200) fit, generate_series(1, 400) customer;
select count(*) as customers, count(distinct signals) as different, count(*) filter (where churned) as churned from noise;
create temp table hand_made as
select '{"signals": [{"name": "a", "worst": 0, "best": 100}, {"name": "b", "worst": 0, "best": 100}, {"name": "c", "worst": 0, "best": 100}, {"name": "d", "worst": 0, "best": 100}, {"name": "e", "worst": 0, "best": 100}]}'::healthmodel as model;
create temp table fitted as
select prior, fit, health_fit(model, churned, signals, 90, prior)::jsonb->'fit' as f from noise, hand_made, unnest('{expert,none}'::text[]) prior group by prior, fit;
select prior, count(*) as fits, abs(avg((f->>'auc_corrected')::float8) - 0.5) < 0.01 as corrected_is_half, avg((f->>'auc_apparent')::float8) > 0.53 as apparent_is_not
from fitted group by prior order by prior;

-- the strength of the prior is chosen anew from the rows that are not in the fold: the strength that was
-- chosen from all rows, given, makes the same weights, but other corrected figures
create temp table given as
select fit, health_fit(model, churned, signals, 90, 'expert', (f->>'prior_strength')::float8)::jsonb->'fit' as g from noise join fitted using (fit), hand_made where prior = 'expert' group by fit, f;
select count(*) as fits, bool_and(f->'coefficients' = g->'coefficients' and f->'auc_apparent' = g->'auc_apparent') as same_weights, count(*) filter (where f->'brier_skill' <> g->'brier_skill') > 150 as other_corrected
from fitted join given using (fit) where prior = 'expert';
