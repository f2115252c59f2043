/** Groups: the linked ones, linking and unlinking. */

import { number, utcDay } from "../format.js";
import { tag } from "../parts/badge.js";
import { button } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { fill, h } from "../parts/h.js";
import { lastRunOf } from "../parts/last_run.js";
import { linkGroups } from "../parts/link_group.js";
import { menuButton } from "../parts/menu.js";
import { obstacles } from "../parts/obstacles.js";
import { pagedList } from "../parts/paged_list.js";
import { poll } from "../parts/polling.js";
import { refreshBar } from "../parts/refresh.js";
import { searchBox } from "../parts/search_box.js";
import { startRun, whyNotNow } from "../parts/start_run.js";
import { table } from "../parts/table.js";
import { unlinkGroup } from "../parts/unlink_group.js";
import { text } from "../text.js";
import { noGroups } from "./no_groups.js";
import { notConnected } from "./not_connected.js";

const LOOK_EVERY = 3;

/** @param {import("../context.js").Context} context */
export async function show(context) {
  const { api } = context;
  const element = h("div", { class: "stack" });
  const words = () => context.query.get("search") ?? "";
  const list = table({ label: text.groupList.list, columns: columnsOf(context, { changed: () => load() }), rowKey: ({ groupId }) => groupId });
  const search = searchBox({ label: text.groupList.search, value: words(), onSearch: (typed) => context.setQuery({ search: typed }) });
  const bar = refreshBar({ onRefresh: () => load() });
  const link = () => linkGroups(context, { changed: () => load() });
  const paged = pagedList({
    list,
    counted: (shown, { isAll }) => text.groupList.shown(shown, isAll),
    whenNone: () => emptyState({ title: text.common.noMatch, body: [], iconName: "search", action: button({ label: text.common.clearFilters, onClick: clear }) }),
    fetchPage: async (continuationToken, limit) => {
      const { body } = await api.get("/groups", { search: words(), limit, continuationToken });
      return { rows: body.groups, next: body.continuationToken };
    },
  });
  const add = button({ label: text.groupList.link, icon: "add", appearance: "primary", disabled: context.mayManage ? false : text.common.needsManage, onClick: link });
  const inTheWay = h("div", { class: "obstacles" });
  const commands = h("div", { class: "command-bar" }, search, add, h("span", { class: "push" }), bar);
  const watch = poll({ signal: context.signal, seconds: LOOK_EVERY, look: () => load() });
  let asked = null;
  let told = "";

  function clear() {
    search.querySelector("input").value = "";
    context.setQuery({ search: null });
    search.querySelector("input").focus();
  }

  /** Look again, and tell whether a group is being unlinked. */
  async function load({ fresh = false } = {}) {
    asked = words();
    const [page, { body: connection }] = await Promise.all([paged.load({ fresh }), api.get("/connection")]);
    if (!page) return true;
    bar.done();
    draw(page, connection);
    const goesOn = page.rows.some((group) => group.unlinking);
    if (goesOn) watch.start();
    return goesOn;
  }

  function draw(page, connection) {
    const isConnected = connection.status === "connected";
    if (page.rows.length === 0 && words() === "") return fill(element, isConnected ? noGroups(context, link) : notConnected(context, connection));
    if (told !== (told = JSON.stringify(connection))) fill(inTheWay, obstacles(context, connection));
    //  The search must not lose the focus to what it finds.
    if (inTheWay.parentNode !== element) fill(element, inTheWay, h("div", {}, commands, paged));
  }

  context.onQuery(() => {
    if (words() !== asked) return load({ fresh: true });
  });
  context.onChanged(() => load());
  await load({ fresh: true });
  return element;
}

function columnsOf(context, { changed }) {
  const { columns } = text.groupList;
  return [
    { key: "name", header: columns.name, isName: true, cell: (group) => nameOf(context, group) },
    { key: "members", header: columns.members, align: "end", cell: ({ members }) => h("span", { class: "number" }, number(members)) },
    { key: "schedule", header: columns.schedule, cell: (group) => scheduleOf(context, group) },
    { key: "lastRun", header: columns.lastRun, cell: ({ groupId, lastRun }) => lastRunOf(context, { groupId, lastRun }) },
    {
      key: "menu",
      header: columns.menu,
      headerHidden: true,
      cell: (group) => menuButton({ label: text.common.moreActions(group.name), items: () => items(context, group, changed) }),
    },
  ];
}

function nameOf(context, { groupId, name, description, unlinking, goneFromEntra, missingFromEntraSince }) {
  const missing = missingFromEntraSince && tag(goneFromEntra ? text.groupList.gone : text.groupList.missing(utcDay(missingFromEntraSince)), "warning");
  return [
    h("a", { href: context.href("group-schedule", { groupId }) }, name),
    description ? h("p", { class: "why brief" }, description) : null,
    unlinking ? tag(text.groupList.unlinking, "info") : missing,
  ].filter(Boolean);
}

function scheduleOf(context, { groupId, name, hasSchedule, unlinking }) {
  if (hasSchedule) return text.groupList.scheduled;
  if (unlinking || !context.workspace.canSync) return text.groupList.notScheduled;
  const link = h("a", { href: context.href("group-schedule", { groupId }), "aria-label": text.linkGroup.schedule(name) }, text.groupList.schedule);
  return h("div", {}, h("span", {}, text.groupList.notScheduled), " · ", link);
}

function items(context, group, changed) {
  const why = whyNotNow(context, { isUnlinking: group.unlinking });
  const start = async (mode) => {
    await startRun(context, group, mode);
    await changed();
  };
  const unlink = async () => {
    if (await unlinkGroup(context, group)) await changed();
  };
  const whyNotUnlink = context.mayManage ? group.unlinking && text.groupSchedule.unlinking : text.common.needsManage;
  return [
    { label: text.groupList.settings, icon: "settings", href: context.href("group-schedule", { groupId: group.groupId }) },
    { label: text.scheduleActions.syncNow, icon: "refresh", disabled: why, onSelect: () => start("sync") },
    { label: text.scheduleActions.preview, icon: "preview", disabled: why, onSelect: () => start("preview") },
    { label: text.groupList.unlink, icon: "delete", danger: true, disabled: whyNotUnlink, onSelect: unlink },
  ];
}
