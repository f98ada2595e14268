-- One row with a summary or model of every family, over the samples: what the
-- calls of calls.txt ask.
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS clients CASCADE;
CREATE SCHEMA clients;

CREATE TABLE clients.kept AS
SELECT (SELECT model FROM saas_health.models_on(saas.last_day()) WHERE stage = 'mature') AS model,
	   '{"signals": [{"name": "logins", "worst": 0, "best": 20, "weight": 25},
					 {"name": "days_overdue", "worst": 60, "best": 0, "weight": 15}]}'::healthmodel AS small_model,
	   (SELECT survey_agg(answer) FROM saas.surveys WHERE kind = 'nps') AS survey,
	   (SELECT survey_agg(answer) FROM saas.surveys WHERE kind = 'nps' AND answered_on < '2026-01-01') AS survey_before,
	   (SELECT ratio_agg(renewed) FROM saas.renewals) AS ratio,
	   (SELECT flow_agg(started, ended, 'month') FROM saas.subscriptions) AS flow,
	   (SELECT subscription_agg(customer_id, started, ended, mrr) FROM saas.subscriptions) AS subs,
	   (SELECT activity_agg(customer_id, started_at, 'Europe/Warsaw') FROM saas.sessions WHERE customer_id <= 500) AS act,
	   (SELECT purchase_agg(customer_id, day, amount) FROM shop.purchases) AS shop,
	   (SELECT bgnbd_fit(purchase_agg(customer_id, day, amount), '2026-06-30', 7) FROM shop.purchases) AS bgnbd,
	   (SELECT gamma_gamma_fit(1 + i % 4, 10 + i % 37) FROM generate_series(1, 500) AS i) AS gamma,
	   (SELECT sbg_fit(1 + i % 6, i % 6 < i % 5) FROM generate_series(1, 500) AS i) AS sbg,
	   (SELECT calendar FROM saas.support_hours) AS hours,
	   (SELECT ticket_agg(local_day(opened, 'Europe/Warsaw'), local_day(resolved, 'Europe/Warsaw')) FROM saas.tickets) AS tickets,
	   (SELECT payment_agg(due, paid, amount, '2026-06-30') FROM saas.invoices WHERE due <= '2026-06-30') AS payments,
	   (SELECT validation_agg(f.score, coalesce(c.churned_on > f.as_of, false))
		FROM saas_health.as_first_reported AS f
		LEFT JOIN (SELECT customer_id, max(churned_on) AS churned_on FROM saas.churn_reasons GROUP BY 1) AS c USING (customer_id)
		WHERE f.as_of = '2025-12-31') AS validation,
	   (SELECT warning_agg(f.customer_id, f.as_of, f.score, c.churned_on)
		FROM saas_health.as_first_reported AS f
		LEFT JOIN (SELECT customer_id, max(churned_on) AS churned_on FROM saas.churn_reasons GROUP BY 1) AS c USING (customer_id)) AS warning,
	   (SELECT forecast_agg(0.9, mrr) FROM saas.renewals WHERE due >= '2026-01-01') AS forecast,
	   (SELECT logistic_fit(i % 7 < i % 5, ARRAY[i % 11, i % 4]::float8[]) FROM generate_series(1, 500) AS i) AS logistic,
	   (SELECT cox_fit(1 + i * 31 % 97, i % 3 > 0, ARRAY[i % 11, i % 4]::float8[]) FROM generate_series(1, 500) AS i) AS cox,
	   (SELECT survival_agg(1 + i * 31 % 97, i % 3 > 0) FROM generate_series(1, 500) AS i) AS lives,
	   (SELECT effect_agg(i % 2 = 0, i % 5 < 2, 'band ' || i % 3) FROM generate_series(1, 200) AS i) AS effects;
