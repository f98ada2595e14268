import {load, RECURRING, REVENUE} from "../../database.js";

await load({
  bands: `
    SELECT m.stage, coalesce(l.band, 'no score') AS band, count(*) AS customers, coalesce(sum(v.mrr), 0) AS mrr
    FROM saas_health.latest l
    JOIN saas_health.models m ON m.id = l.model_id
    LEFT JOIN (${REVENUE}) v USING (customer_id)
    WHERE l.as_of = saas.last_day()
    GROUP BY 1, 2`,
  // paying customers and revenue as the metrics define them, not as sums of the bands
  totals: `
    SELECT customers(s, saas.last_day()) AS paying_customers, mrr(s, saas.last_day()) AS mrr, arr(s, saas.last_day()) AS arr,
           net_revenue_retention(s, year) AS nrr, gross_revenue_retention(s, year) AS grr
    FROM (SELECT ${RECURRING} AS s OFFSET 0) x, daterange(saas.last_day() - 364, saas.last_day() + 1) AS year`,
  nps: `
    SELECT nps(s) AS nps, i.low, i.high, responses(s) AS answers
    FROM (SELECT survey_agg(answer) AS s FROM saas.surveys WHERE kind = 'nps' AND answered_on > saas.last_day() - 365) x,
         nps_interval(s) AS i`,
  months: `
    SELECT l.as_of AS month, coalesce(l.band, 'no score') AS band, count(*) AS customers
    FROM saas_health.latest l GROUP BY 1, 2 ORDER BY 1`,
});
