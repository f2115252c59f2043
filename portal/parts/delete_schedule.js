/** Asks before a group's schedule is deleted, and says what stays. */

import { text } from "../text.js";
import { confirm } from "./dialog.js";

/**
 * @param {import("../context.js").Context} context
 * @param {{groupId: string, name: string}} group
 * @returns {Promise<boolean>} whether it was deleted
 */
export async function deleteSchedule(context, { groupId, name }) {
  const words = text.scheduleActions;
  const { body } = await context.api.get(`/groups/${groupId}`);
  const effect = [words.deleteEffect(name), words.deleteStays(body.members)];
  if (!(await confirm({ title: words.deleteTitle(name), body: effect, action: words.deleteAction, danger: true }))) return false;
  await context.api.delete(`/groups/${groupId}/schedule`);
  return true;
}
