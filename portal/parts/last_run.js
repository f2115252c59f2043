/** How the last run went: when, with which end, and how many it added, updated and removed. */

import { text } from "../text.js";
import { countsOf } from "./change_counts.js";
import { h } from "./h.js";
import { runLink } from "./run_link.js";
import { agoTime } from "./time.js";

/** What a schedule's state is called once the run that it comes from has ended. */
const AS_SCHEDULE = { held: "needs-approval", skipped: "failed" };

/**
 * @param {import("../context.js").Context} context
 * @param {{groupId: string, lastRun: object|null, beside?: string}} options *beside*: the schedule's state, if that is
 *   shown already; a run's own is told where it is another
 */
export function lastRunOf(context, { groupId, lastRun, beside }) {
  if (lastRun === null) return h("span", { class: "secondary" }, text.schedules.noRunYet);
  const { runId, state, startedAt, endedAt, counts } = lastRun;
  const when = startedAt ?? endedAt;
  const isTold = beside !== undefined && (AS_SCHEDULE[state] ?? state) === beside;
  return h(
    "div",
    { class: "last-run" },
    runLink(context, { groupId, runId }, when ? agoTime(when) : text.states[state]),
    h("span", { class: "row" }, isTold || !when ? null : h("span", { class: "secondary" }, text.states[state]), countsOf(counts)),
  );
}
