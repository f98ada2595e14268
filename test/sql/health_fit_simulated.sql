-- health_fit on 60 samples of 20 churned customers whose truth is known: what its mean log loss on new customers
-- exceeds that of the better one of the expert's weights and the maximum of the likelihood.  `make simulate` allows
-- 0.002 in 200 samples, with 10 to 320 churned customers; in 60 the mean has a standard error of 0.001, so 0.004 is
-- allowed here.  A strength chosen by cross-validation with the rule of one standard error costs 0.007 with the bad
-- expert.
\getenv testdir PG_ABS_SRCDIR
\if :{?testdir} \else \set testdir test \endif
\set simulation :testdir '/simulate/health_fit.sql'
\set seed 20261129
\set repetitions 60
\set sizes '{20}'
\set fresh 2000
\set ECHO none
\i :simulation
\set ECHO all
SELECT expert, chosen - least(by_expert, likelihood) <= 0.004 AS near_the_better_one, by_expert < likelihood AS expert_is_better FROM pg_temp.simulated ORDER BY expert;
-- the data win over a bad expert, a good one over the data
SELECT expert, chosen < by_expert AS better_than_expert, chosen < likelihood AS better_than_data FROM pg_temp.simulated ORDER BY expert;
