import {load, RECURRING} from "../../database.js";

await load({
  movements: `
    SELECT m.* FROM mrr_movements(${RECURRING}, 'month', (saas.last_day() + 1 - interval '24 months')::date, saas.last_day() + 1, saas.last_day()) m
    ORDER BY m.period_start`,
  cohorts: `
    SELECT c.* FROM revenue_cohorts(${RECURRING}, 'quarter', saas.first_day(), saas.last_day() + 1, saas.last_day()) c
    ORDER BY c.cohort, c.period`,
  usage: `
    SELECT t.* FROM activity_timeline((SELECT activity_agg(customer_id, started_at, 'Europe/Warsaw') FROM saas.sessions), 'month',
                                      (saas.last_day() + 1 - interval '12 months')::date, saas.last_day() + 1, saas.last_day()) t
    ORDER BY t.period_start`,
});
