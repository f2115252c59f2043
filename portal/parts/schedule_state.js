/** A schedule's state as a badge, and below it why it is so and the one thing to do about it. */

import { text } from "../text.js";
import { ago } from "../format.js";
import { stateBadge } from "./badge.js";
import { h } from "./h.js";
import { runLink } from "./run_link.js";
import { sinceTime } from "./time.js";

/** @param {import("../context.js").Context} context @param {object} schedule as the API shows it */
export function scheduleState(context, schedule) {
  const why = whyOf(schedule);
  const next = nextStep(context, schedule);
  return h("div", { class: "schedule-state" }, badgeOf(context, schedule), why ? h("p", { class: "why" }, why) : null, next);
}

function badgeOf(context, { groupId, state, stateReason, atWork }) {
  if (state === "paused-by-system") return stateBadge(state, { words: pausedBySystem(stateReason) });
  if (!atWork) return stateBadge(state);
  //  A schedule that is paused meanwhile lets the sync that is at work finish.
  const { runId, since } = atWork;
  const now = atWork.state;
  const words = now === "running" && since ? sinceTime(since, { prefix: (passed) => text.states.since(text.scheduleState.running, passed) }) : null;
  const badge = stateBadge(now, { words: words ?? undefined });
  const working = runId ? runLink(context, { groupId, runId }, badge) : badge;
  return state === now ? working : [stateBadge(state), working];
}

function pausedBySystem(reason) {
  const because = text.scheduleState.systemBecause[reason?.code];
  return because ? text.scheduleState.pausedBySystem(because) : text.states["paused-by-system"];
}

function whyOf({ state, stateReason, lastSuccessAt }) {
  const reason = stateReason?.text ?? "";
  if (state !== "failed") return reason;
  const success = lastSuccessAt ? text.scheduleState.lastSuccess(ago(lastSuccessAt)) : text.scheduleState.neverSucceeded;
  return `${reason} ${success}`.trim();
}

function nextStep(context, { state, stateReason }) {
  const link = (words, route) => h("a", { href: context.href(route) }, words);
  if (state === "needs-approval") return link(text.scheduleState.approve, "approvals");
  if (stateReason?.code === "settings-not-confirmed") return link(text.scheduleState.settings, "fields");
  if (stateReason?.code === "not-connected" || stateReason?.code.startsWith("consent-")) return link(text.scheduleState.connection, "connection");
  return null;
}
