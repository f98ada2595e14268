import {load} from "../../database.js";

const MONTH_BEFORE = "(date_trunc('month', saas.last_day()::timestamp))::date - 1";

// Revenue of a day is that of the subscriptions of that day.
const revenueOn = (day) => `
  SELECT s.customer_id, sum(s.mrr * r.to_eur) AS mrr
  FROM saas.subscriptions s JOIN saas.reporting_rates r USING (currency)
  WHERE s.started <= ${day} AND (s.ended IS NULL OR s.ended > ${day})
  GROUP BY s.customer_id`;

await load({
  days: `SELECT ${MONTH_BEFORE} AS before, saas.last_day() AS after`,
  moves: `
    SELECT CASE WHEN b.customer_id IS NULL THEN 'new' ELSE coalesce(b.band, 'no score') END AS before,
           CASE WHEN a.customer_id IS NULL THEN 'gone' ELSE coalesce(a.band, 'no score') END AS after,
           count(*) AS customers, coalesce(sum(mb.mrr), 0) AS mrr_before, coalesce(sum(ma.mrr), 0) AS mrr_after
    FROM (SELECT * FROM saas_health.latest WHERE as_of = ${MONTH_BEFORE}) b
    FULL JOIN (SELECT * FROM saas_health.latest WHERE as_of = saas.last_day()) a USING (customer_id)
    LEFT JOIN (${revenueOn(MONTH_BEFORE)}) mb USING (customer_id)
    LEFT JOIN (${revenueOn("saas.last_day()")}) ma USING (customer_id)
    GROUP BY 1, 2`,
  largest: `
    SELECT c.name, b.score AS before, a.score AS after, v.mrr, health_change_text(mb.model, b.signals, b.as_of, ma.model, a.signals, a.as_of) AS why
    FROM saas_health.latest b
    JOIN saas_health.latest a ON a.customer_id = b.customer_id AND a.as_of = saas.last_day()
    JOIN saas_health.models mb ON mb.id = b.model_id
    JOIN saas_health.models ma ON ma.id = a.model_id
    JOIN saas.customers c ON c.id = b.customer_id
    JOIN (${revenueOn("saas.last_day()")}) v ON v.customer_id = b.customer_id
    WHERE b.as_of = ${MONTH_BEFORE} AND a.score < b.score
    ORDER BY (b.score - a.score) * v.mrr DESC, c.id
    LIMIT 15`,
});
