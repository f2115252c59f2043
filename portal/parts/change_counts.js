/** "+3 ~2 −1" of a run, read out in words, and how many removals of it wait for a decision. */

import { changeCounts, number, spokenCounts } from "../format.js";
import { text } from "../text.js";
import { h } from "./h.js";

export function countsOf(counts) {
  const seen = changeCounts(counts);
  const held = counts.held > 0 ? h("span", { class: "counts" }, text.schedules.held(number(counts.held))) : null;
  if (seen === null) return held ?? h("span", { class: "counts secondary" }, text.counts.nothing);
  const spoken = spokenCounts(counts);
  const changes = h("span", { class: "counts number", title: spoken }, h("span", { "aria-hidden": "true" }, seen), h("span", { class: "hidden" }, spoken));
  return held ? h("span", { class: "row" }, changes, held) : changes;
}
