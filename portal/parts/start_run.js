/** "Sync now" and "Preview" of one group. */

import { text } from "../text.js";

/**
 * Start a run of the group: a sync goes on by itself, a preview opens in the drawer. One that is at work already is
 * opened instead.
 *
 * @param {import("../context.js").Context} context @param {{groupId: string, name: string}} group
 * @param {"sync"|"preview"} mode
 */
export async function startRun(context, { groupId, name }, mode) {
  try {
    const { body } = await context.api.post(`/groups/${groupId}/runs`, { mode });
    if (mode === "preview") context.navigate(context.runHref(groupId, body.runId));
    else context.toast(text.scheduleActions.started(name));
  } catch (problem) {
    if (problem.code !== "run-active") throw problem;
    context.navigate(context.runHref(groupId, problem.more.run.runId));
    context.toast(text.scheduleActions.alreadyAtWork(name), { intent: "info" });
  }
}

/** Why no sync can be started; false where one can. */
export function whyNotNow({ mayManage, workspace }, { isAtWork = false, isUnlinking = false } = {}) {
  if (!mayManage) return text.common.needsManage;
  if (!workspace.canSync) return text.scheduleActions.needsPlan;
  if (isUnlinking) return text.groupSchedule.unlinking;
  return isAtWork && text.scheduleActions.underWay;
}
