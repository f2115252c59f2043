/** What can be done with a group's schedule, from its row in the list and from the group's own page. */

import { text } from "../text.js";
import { deleteSchedule } from "./delete_schedule.js";
import { manageSchedule } from "./manage_schedule.js";
import { startRun, whyNotNow } from "./start_run.js";

/**
 * @param {import("../context.js").Context} context
 * @param {{changed: () => Promise<void>}} options *changed*: show what is true now
 */
export function scheduleActions(context, { changed }) {
  const words = text.scheduleActions;
  const nameOf = ({ groupId, groupName }) => ({ groupId, name: groupName });
  const start = async (schedule, mode) => {
    await startRun(context, nameOf(schedule), mode);
    await changed();
  };

  async function setEnabled({ groupId, groupName }, enabled) {
    await context.api.patch(`/groups/${groupId}/schedule`, { enabled });
    context.toast(enabled ? words.resumed(groupName) : words.paused(groupName));
    //  Not waited for: it is done, even where what is true now cannot be shown.
    changed();
  }

  async function remove(schedule) {
    if (!(await deleteSchedule(context, nameOf(schedule)))) return;
    context.toast(words.deleted(schedule.groupName));
    await changed();
  }

  /** @returns {import("./menu.js").MenuItem[]} */
  function items(schedule) {
    const disabled = context.mayManage ? false : text.common.needsManage;
    const why = whyNotNow(context, { isAtWork: Boolean(schedule.atWork) });
    const pause = { label: words.pause, icon: "pause", disabled, onSelect: () => setEnabled(schedule, false) };
    const resume = { label: words.resume, icon: "play", disabled, onSelect: () => setEnabled(schedule, true) };
    return [
      { label: words.syncNow, icon: "refresh", disabled: why, onSelect: () => start(schedule, "sync") },
      { label: words.preview, icon: "preview", disabled: why, onSelect: () => start(schedule, "preview") },
      { label: words.edit, icon: "edit", disabled, onSelect: () => manageSchedule(context, nameOf(schedule), { changed }) },
      schedule.enabled ? pause : resume,
      { label: words.delete, icon: "delete", danger: true, disabled, onSelect: () => remove(schedule) },
    ];
  }

  return { setEnabled, items };
}
