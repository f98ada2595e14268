import {load, REVENUE} from "../../database.js";

// The customers with the largest revenue, so that the file stays small.
const SHOWN = `
  SELECT v.customer_id, v.mrr FROM (${REVENUE}) v
  JOIN saas_health.latest l ON l.customer_id = v.customer_id AND l.as_of = saas.last_day()
  ORDER BY v.mrr DESC, v.customer_id LIMIT 200`;

await load({
  customers: `
    SELECT v.customer_id AS id, c.name, c.segment, c.success_manager, m.stage, v.mrr, l.score, coalesce(l.band, 'no score') AS band, l.coverage,
           health_drivers(m.model, l.signals, l.as_of, 3) AS drivers
    FROM (${SHOWN}) v
    JOIN saas.customers c ON c.id = v.customer_id
    JOIN saas_health.latest l ON l.customer_id = v.customer_id AND l.as_of = saas.last_day()
    JOIN saas_health.models m ON m.id = l.model_id
    ORDER BY v.mrr DESC, v.customer_id`,
  history: `
    SELECT l.customer_id AS id, l.as_of AS month, l.score, coalesce(l.band, 'no score') AS band,
           health_alert(m.model, l.score, l.as_of) OVER (PARTITION BY l.customer_id ORDER BY l.as_of) AS alert
    FROM (${SHOWN}) v
    JOIN saas_health.latest l USING (customer_id)
    JOIN saas_health.models m ON m.id = l.model_id
    ORDER BY l.customer_id, l.as_of`,
  contributions: `
    SELECT l.customer_id AS id, e.label, e.value, e.score, e.weight, e.contribution, e.points_lost, e.status
    FROM (${SHOWN}) v
    JOIN saas_health.latest l ON l.customer_id = v.customer_id AND l.as_of = saas.last_day()
    JOIN saas_health.models m ON m.id = l.model_id
    CROSS JOIN LATERAL health_explain(m.model, l.signals, l.as_of) e`,
});
