/** A state in one word, told by colour, sign and text alike. */

import { text } from "../text.js";
import { h } from "./h.js";
import { icon } from "./icons.js";

const LOOKS = {
  "not-run-yet": ["neutral", "clock"],
  queued: ["info", "clock"],
  running: ["info", "refresh"],
  retrying: ["warning", "refresh"],
  succeeded: ["success", "success"],
  "succeeded-with-warnings": ["warning", "warning"],
  failed: ["danger", "error"],
  held: ["warning", "approve"],
  "needs-approval": ["warning", "approve"],
  paused: ["neutral", "pause"],
  "paused-by-system": ["warning", "pause"],
  skipped: ["neutral", "stop"],
  cancelled: ["neutral", "stop"],
  connected: ["success", "success"],
  pending: ["info", "clock"],
  disconnected: ["neutral", "stop"],
  "not-connected": ["neutral", "stop"],
  done: ["success", "success"],
  active: ["success", "success"],
  inactive: ["neutral", "pause"],
};

/** @param {string} state of a schedule, run, connection or person, as the API writes it; *words* instead of ours */
export function stateBadge(state, { title, words } = {}) {
  const [tone, sign] = LOOKS[state] ?? ["neutral", "dot"];
  return h("span", { class: `badge ${tone} state-${state}`, title, "data-state": state }, icon(sign), words ?? text.states[state] ?? state);
}

/** A small label that is no state, such as a plan. */
export function tag(words, tone = "neutral") {
  return h("span", { class: `badge ${tone}` }, words);
}
