/**
 * How many people each run added, updated and removed, as bars from the oldest run to the newest.
 *
 * The first sync of a group changes everybody and the nights after it a few, so the scale is logarithmic, with a line
 * for each power of ten. Places across are per cents: the picture fits any width, and its words keep their size.
 */

import { number, utcDay } from "../format.js";
import { text } from "../text.js";
import { h, newId, s } from "./h.js";
import { timeOf } from "./run_words.js";

const KINDS = ["added", "updated", "removed"];
const HEIGHT = 160;
const TOP = 12;
const BOTTOM = 24;
const LEFT = 8;
const MOST_LABELS = 4;
const MOST_RUNS = 30;

/** @param {object[]} newestFirst runs as the API lists them */
export function historyChart(newestFirst) {
  const runs = newestFirst.slice(0, MOST_RUNS).reverse();
  const powers = Math.max(1, Math.ceil(Math.log10(Math.max(1, ...runs.flatMap(({ counts }) => KINDS.map((kind) => counts[kind]))))));
  const y = (count) => HEIGHT - BOTTOM - (count < 1 ? 0 : ((1 + Math.log10(count)) / (1 + powers)) * (HEIGHT - TOP - BOTTOM));
  const summary = newId("chart");
  const picture = s(
    "svg",
    { class: "chart", width: "100%", height: HEIGHT, role: "img", "aria-label": text.run.chart, "aria-describedby": summary },
    Array.from({ length: powers + 1 }, (_, power) => gridLine(10 ** power, y(10 ** power))),
    s("line", { class: "axis", x1: `${LEFT}%`, x2: "100%", y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM }),
    runs.map((run, index) => bars(run, index, runs.length, y)),
    dayLabels(runs),
  );
  return h(
    "figure",
    { class: "history-chart" },
    h("figcaption", {}, h("h3", {}, text.run.chart), legend(runs)),
    picture,
    h("p", { class: "hint", id: summary }, text.run.chartSummary(runs.length, totals(runs)), powers > 1 ? ` ${text.run.chartScale}` : ""),
  );
}

function bars({ runId, mode, counts }, index, all, y) {
  const slot = (100 - LEFT) / all;
  //  A few runs do not make beams.
  const width = Math.min(slot * 0.24, 3);
  const start = LEFT + slot * index + (slot - 3 * width) / 2;
  const what = `${utcDay(timeOf(runId))}, ${text.run.modesShort[mode]}`;
  return s(
    "g",
    { class: mode === "preview" ? "bars preview" : "bars" },
    s("title", {}, text.run.chartBar(what, counts)),
    KINDS.filter((kind) => counts[kind] > 0).map((kind) =>
      s("rect", { class: kind, x: `${start + KINDS.indexOf(kind) * width}%`, width: `${width * 0.85}%`, y: y(counts[kind]), height: HEIGHT - BOTTOM - y(counts[kind]) }),
    ),
  );
}

function gridLine(count, at) {
  return [
    s("line", { class: "grid", x1: `${LEFT}%`, x2: "100%", y1: at, y2: at }),
    s("text", { class: "scale", x: `${LEFT - 1}%`, y: at + 4, "text-anchor": "end" }, number(count)),
  ];
}

/** The days of a few runs, spread evenly; never two of the same day beside each other. */
function dayLabels(runs) {
  const every = Math.ceil(runs.length / MOST_LABELS);
  const slot = (100 - LEFT) / runs.length;
  let last = "";
  return runs.map(({ runId }, index) => {
    const day = utcDay(timeOf(runId)).split(" ").slice(1, 3).join(" ");
    if (index % every !== 0 || day === last) return null;
    last = day;
    return s("text", { class: "day", x: `${LEFT + slot * (index + 0.5)}%`, y: HEIGHT - 6, "text-anchor": "middle" }, day);
  });
}

function legend(runs) {
  const kinds = [...KINDS, ...(runs.some(({ mode }) => mode === "preview") ? ["preview"] : [])];
  const words = { ...text.run.kinds, preview: text.run.chartPreview };
  return h("ul", { class: "legend", "aria-hidden": "true" }, kinds.map((kind) => h("li", { class: kind }, h("span", { class: "swatch" }), words[kind])));
}

/** What was really done: previews change nobody. */
function totals(runs) {
  const done = runs.filter(({ mode }) => mode !== "preview");
  return Object.fromEntries(KINDS.map((kind) => [kind, done.reduce((sum, { counts }) => sum + counts[kind], 0)]));
}
