import {load} from "../../database.js";

const JUDGED = `
  SELECT m.stage, l.customer_id, l.as_of, l.score, d.churned_on, churned_within(d.churned_on, l.as_of, 90, saas.last_day()) AS churned
  FROM saas_health.as_first_reported l
  JOIN saas_health.models m ON m.id = l.model_id
  CROSS JOIN LATERAL (SELECT min(churned_on) AS churned_on FROM saas.churn_reasons c
                      WHERE c.customer_id = l.customer_id AND c.churned_on > l.as_of) d
  WHERE l.score IS NOT NULL`;

await load({
  thresholds: `
    SELECT w.* FROM warning_table((SELECT warning_agg(customer_id, as_of, score, left_on)
                                   FROM (SELECT j.*, min(churned_on) OVER (PARTITION BY customer_id) AS left_on FROM (${JUDGED}) j) x),
                                  (SELECT array_agg(t ORDER BY t) FROM generate_series(20, 90, 5) t), 90, saas.last_day()) w
    ORDER BY w.threshold`,
  fifths: `SELECT c.* FROM calibration_table((SELECT validation_agg(score, churned) FROM (${JUDGED}) j), 5) c ORDER BY c.bin`,
  stages: `
    SELECT v.stage, auc(v.s) AS auc, i.low, i.high, lift(v.s, 10) AS lift, n.churned, n.kept
    FROM (SELECT stage, validation_agg(score, churned) AS s FROM (${JUDGED}) j GROUP BY stage) v
    CROSS JOIN LATERAL auc_interval(v.s) i
    CROSS JOIN LATERAL (SELECT sum(churned)::bigint AS churned, sum(kept)::bigint AS kept FROM validation_scores(v.s)) n`,
});
