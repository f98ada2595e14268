// What the pages share: colours of the bands, numbers, charts, definitions.
import * as Plot from "@observablehq/plot";
import {format} from "d3";
import {html} from "htl";

// The colours differ in brightness, too, so that they can be told apart in greyscale.
export const BANDS = ["unhealthy", "at risk", "healthy", "no score"];
export const COLOURS = ["#9d1420", "#ffe08a", "#5fa777", "#d9d9d9"];
export const bandColour = {domain: BANDS, range: COLOURS, legend: true};
export const STAGES = ["onboarding", "adopted", "mature"];

export const whole = format(",.0f");
export const one = format(",.1f");
export const two = format(",.2f");
const missing = (number) => number === null || number === undefined || Number.isNaN(number);
export const value = (number, write = whole, unit = "") => (missing(number) ? "–" : `${write(number)}${unit}`);

// numbers inside a text, to two decimals
export const rounded = (text) => text?.replace(/-?\d+\.\d{3,}/g, (d) => String(Number(Number(d).toFixed(2))));

export function chart({as_of, n, title, unit, ...options}) {
  return Plot.plot({title, subtitle: unit, caption: `As of ${as_of}, ${n}.`, style: {fontSize: "12px"}, marginBottom: 40, ...options});
}

export function card(label, number, note = "") {
  return html`<div class="card"><h2>${label}</h2><span class="big">${number}</span><div class="muted">${note}</div></div>`;
}

export function table(rows, columns) {
  return html`<div style="overflow-x: auto"><table>
    <thead><tr>${columns.map((c) => html`<th style=${`text-align: ${c.write ? "right" : "left"}`}>${c.label}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${columns.map((c) => html`<td style=${`text-align: ${c.write ? "right" : "left"}`}>${c.write ? value(row[c.key], c.write) : row[c.key] ?? "–"}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

const DEFINITIONS = {
  score: "Health score: 0 to 100, the weighted mean of the signals that are known, by the model of the customer's stage of life.",
  band: "Band: unhealthy, at risk or healthy, by the limits of the model. No score: less is known than the model asks for.",
  mrr: "MRR: monthly recurring revenue in EUR at the reporting rate; a price for a year counts a twelfth.",
  nrr: "NRR and GRR: of the revenue of the customers of a year before, the percent that is left, with and without expansion.",
  movements: "Opening + new + returned + expansion - contraction - churned = closing.",
  cohort: "Cohort: the customers whose first payment was in the quarter; percent of what they paid on that day.",
  active: "Active: a session in the month. Stickiness: the share of the month's days on which an active customer was there.",
  caught: "Caught: of the customers who left, those whose score had been below the threshold in the 90 days before.",
  alarm: "False alarm: a score below the threshold of a customer who stayed for 90 days.",
  auc: "AUC: how often a customer who left had a lower score than one who stayed; 0.5 is guessing.",
  points: "Points lost: how much the signal takes from 100. The points lost of all signals and the score add up to 100.",
  nps: "NPS: percent of answers 9 and 10 less percent of answers 0 to 6, with 95 % limits.",
};

export function definitions(...names) {
  return html`<details open id="definitions"><summary>Definitions</summary><ul>${names.map((n) => html`<li>${DEFINITIONS[n]}</li>`)}</ul></details>`;
}
