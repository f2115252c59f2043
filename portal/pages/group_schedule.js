/** Groups → [Group] → Settings → Scheduled Sync. */

import { tag } from "../parts/badge.js";
import { button } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { configuration, currentSchedule } from "../parts/group_facts.js";
import { groupMembers } from "../parts/group_members.js";
import { groupRuns } from "../parts/group_runs.js";
import { fill, h } from "../parts/h.js";
import { manageSchedule, readSchedule } from "../parts/manage_schedule.js";
import { messageBar } from "../parts/message_bar.js";
import { obstacles } from "../parts/obstacles.js";
import { poll } from "../parts/polling.js";
import { refreshBar } from "../parts/refresh.js";
import { startRun, whyNotNow } from "../parts/start_run.js";
import { unlinkGroup } from "../parts/unlink_group.js";
import { text } from "../text.js";
import { notConnected } from "./not_connected.js";
import { wrongPlan } from "./wrong_plan.js";

const LOOK_EVERY = 3;

/** @param {import("../context.js").Context} context @param {{groupId: string}} params */
export async function show(context, { groupId }) {
  const { api } = context;
  const words = text.groupSchedule;
  const messages = h("div", { class: "obstacles" });
  const commands = h("div", { class: "row" });
  const summary = h("div", { class: "group-cards" });
  const runs = groupRuns(context, groupId);
  const members = groupMembers(context, groupId);
  const bar = refreshBar({ onRefresh: load });
  const watch = poll({ signal: context.signal, seconds: LOOK_EVERY, look: load });
  let drawn = "";

  /** Look again, and tell whether something is at work. */
  async function load() {
    const [{ body: group }, { body: connection }, history] = await Promise.all([
      api.get(`/groups/${groupId}`),
      api.get("/connection"),
      runs.load(),
      members.load(),
    ]);
    const { schedule } = group.hasSchedule ? await readSchedule(context, groupId) : { schedule: null };
    const isAtWork = group.unlinking || Boolean(schedule?.atWork) || Boolean(history?.isAtWork);
    const said = JSON.stringify([group, schedule, connection, isAtWork]);
    //  What is the same stays as it is, and with it the focus.
    if (said !== drawn) draw(group, schedule, connection, isAtWork);
    drawn = said;
    bar.done();
    if (isAtWork) watch.start();
    return isAtWork;
  }

  function draw(group, schedule, connection, isAtWork) {
    context.title(text.nav.scheduledSync, ...(group.unlinking ? [tag(text.groupList.unlinking, "info")] : []));
    context.crumb(group.name);
    fill(messages, schedule || connection.status === "connected" ? obstacles(context, connection) : null, linkMessage(group));
    const focused = commands.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    fill(commands, buttons(group, isAtWork));
    if (focused) commands.querySelector(`[data-action="${focused}"]`)?.focus();
    fill(summary, schedule ? currentSchedule(context, schedule) : nothingYet(group, connection), configuration(context, group));
  }

  function buttons(group, isAtWork) {
    const why = whyNotNow(context, { isAtWork, isUnlinking: group.unlinking });
    const whyNot = context.mayManage ? group.unlinking && words.unlinking : text.common.needsManage;
    const start = (mode) => startRun(context, group, mode).then(load);
    return [
      group.hasSchedule ? manageButton(group) : null,
      button({ label: text.scheduleActions.syncNow, icon: "refresh", disabled: why, action: "sync", onClick: () => start("sync") }),
      button({ label: text.scheduleActions.preview, icon: "preview", disabled: why, action: "preview", onClick: () => start("preview") }),
      button({ label: text.groupList.unlink, icon: "delete", danger: true, disabled: whyNot, action: "unlink", onClick: () => unlink(group) }),
    ];
  }

  function manageButton(group) {
    const { hasSchedule, unlinking } = group;
    const whyNot = !context.mayManage ? text.common.needsManage : unlinking ? words.unlinking : !hasSchedule && whyNotNow(context);
    const open = () => manageSchedule(context, group, { changed: load, hasSchedule });
    return button({ label: words.manage, icon: "edit", appearance: "primary", disabled: whyNot, action: "manage", onClick: open });
  }

  async function unlink(group) {
    if (await unlinkGroup(context, group)) context.navigate(context.href("groups"));
  }

  function nothingYet(group, connection) {
    if (!context.workspace.canSync) return h("section", { class: "card" }, wrongPlan(context));
    if (connection.status !== "connected") return h("section", { class: "card" }, notConnected(context, connection));
    return h("section", { class: "card" }, emptyState({ title: words.none, body: words.noneBody, iconName: "clock", action: manageButton(group) }));
  }

  context.onChanged(load);
  await load();
  return h(
    "div",
    { class: "stack" },
    messages,
    h("div", { class: "command-bar" }, commands, h("span", { class: "push" }), bar),
    summary,
    h("section", { class: "section" }, h("h2", {}, words.history), runs),
    h("section", { class: "section" }, h("h2", {}, words.members), members),
  );
}

/** What has become of the group's link, where something has. */
function linkMessage({ unlinking, goneFromEntra, missingFromEntraSince }) {
  const words = text.groupSchedule;
  if (unlinking) return messageBar({ intent: "info", live: false, body: words.unlinking });
  if (goneFromEntra) return messageBar({ intent: "warning", live: false, body: words.gone });
  return missingFromEntraSince ? messageBar({ intent: "warning", live: false, body: words.missing }) : null;
}
