/** "+3 ~2 −1" of a run, read out in words. */

import { changeCounts, spokenCounts } from "../format.js";
import { h } from "./h.js";

export function countsOf(counts) {
  const [seen, spoken] = [changeCounts(counts), spokenCounts(counts)];
  if (seen === null) return h("span", { class: "counts secondary" }, spoken);
  return h("span", { class: "counts number", title: spoken }, h("span", { "aria-hidden": "true" }, seen), h("span", { class: "hidden" }, spoken));
}
