/** The columns of the list of schedules. */

import { text } from "../text.js";
import { toggle } from "./controls.js";
import { h } from "./h.js";
import { lastRunOf } from "./last_run.js";
import { menuButton } from "./menu.js";
import { scheduleState } from "./schedule_state.js";
import { nextRunTime } from "./time.js";

/**
 * @param {import("../context.js").Context} context
 * @param {ReturnType<import("./schedule_actions.js").scheduleActions>} actions
 */
export function scheduleColumns(context, actions) {
  const { columns, noNextRun, enabled } = text.schedules;
  return [
    {
      key: "name",
      header: columns.name,
      isName: true,
      sortable: true,
      cell: ({ groupId, groupName }) => h("a", { href: context.href("group-schedule", { groupId }) }, groupName),
    },
    { key: "state", header: columns.state, cell: (schedule) => scheduleState(context, schedule) },
    { key: "schedule", header: columns.schedule, cell: ({ inWords }) => inWords },
    {
      key: "lastRun",
      header: columns.lastRun,
      sortable: true,
      cell: ({ groupId, lastRun, state }) => lastRunOf(context, { groupId, lastRun, beside: state }),
    },
    {
      key: "nextRun",
      header: columns.nextRun,
      sortable: true,
      cell: ({ nextRun }) => (nextRun ? nextRunTime(nextRun) : h("span", { class: "secondary" }, noNextRun)),
    },
    {
      key: "enabled",
      header: columns.enabled,
      cell: (schedule) =>
        toggle({
          label: enabled(schedule.groupName),
          checked: schedule.enabled,
          disabled: context.mayManage ? false : text.common.needsManage,
          action: "enabled",
          onChange: (is) => actions.setEnabled(schedule, is),
        }),
    },
    {
      key: "menu",
      header: columns.menu,
      headerHidden: true,
      cell: (schedule) => menuButton({ label: text.common.moreActions(schedule.groupName), items: () => actions.items(schedule) }),
    },
  ];
}
