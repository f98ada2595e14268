// One query of a data loader. PostgreSQL writes the JSON, so that numbers stay
// numbers; the connection takes PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.
import pg from "pg";

// The rows of each query, by name: {name: sql, ...}
export async function ask(queries) {
  const client = new pg.Client();
  const answers = {};
  await client.connect();
  try {
    await client.query("SET jit = off");
    for (const [name, sql] of Object.entries(queries)) {
      const {rows} = await client.query(`SELECT coalesce(json_agg(x), '[]') AS rows FROM (${sql}) x`);
      answers[name] = rows[0].rows;
    }
  } finally {
    await client.end();
  }
  return answers;
}

// What a loader prints: the answers and the day until which the data is known.
export async function load(queries) {
  const {as_of, ...answers} = await ask({as_of: "SELECT saas.last_day() AS day", ...queries});
  process.stdout.write(JSON.stringify({as_of: as_of[0].day, ...answers}));
}

// The reporting revenue of each customer as of the last day
export const REVENUE = `
  SELECT s.customer_id, sum(s.mrr * r.to_eur) AS mrr
  FROM saas.subscriptions s
  JOIN saas.reporting_rates r USING (currency)
  WHERE s.started <= saas.last_day() AND (s.ended IS NULL OR s.ended > saas.last_day())
  GROUP BY s.customer_id`;

export const RECURRING = `
  (SELECT subscription_agg(s.customer_id, s.started, s.ended, s.mrr * r.to_eur)
   FROM saas.subscriptions s JOIN saas.reporting_rates r USING (currency))`;
