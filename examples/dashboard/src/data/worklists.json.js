import {load} from "../../database.js";

const LISTS = ["renewals_at_risk", "low_scores", "payment_reminders", "upsell", "advocates", "case_studies"];

await load(Object.fromEntries(LISTS.map((list) => [list, `SELECT customer, revenue, reason, action FROM worklists.${list} ORDER BY revenue DESC NULLS LAST, customer`])));
