/** Scheduled Syncs: all schedules of the workspace. */

import { chips } from "../parts/chips.js";
import { button, linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { fill, h } from "../parts/h.js";
import { obstacles } from "../parts/obstacles.js";
import { pagedList } from "../parts/paged_list.js";
import { poll } from "../parts/polling.js";
import { refreshBar } from "../parts/refresh.js";
import { scheduleActions } from "../parts/schedule_actions.js";
import { scheduleColumns } from "../parts/schedule_columns.js";
import { searchBox } from "../parts/search_box.js";
import { table } from "../parts/table.js";
import { text } from "../text.js";
import { noGroups } from "./no_groups.js";
import { noSchedules } from "./no_schedules.js";
import { notConnected } from "./not_connected.js";
import { wrongPlan } from "./wrong_plan.js";

const PAGE_SIZE = 200;
const LOOK_EVERY = 3;
const SORTS = new Set(["name", "nextRun", "lastRun"]);

/** @param {import("../context.js").Context} context */
export async function show(context) {
  const { api } = context;
  const element = h("div", { class: "stack" });
  const list = table({
    label: text.schedules.list,
    columns: scheduleColumns(context, scheduleActions(context, { changed: () => load() })),
    rowKey: ({ groupId }) => groupId,
    sort: sortIn(context.query),
    onSort: ({ key, order }) => context.setQuery({ sort: key, order: order === "asc" ? null : order }),
  });
  const search = searchBox({ label: text.schedules.search, value: wanted().search, onSearch: (words) => context.setQuery({ search: words }) });
  const states = chips({ label: text.schedules.filter, options: [], selected: [], onChange: (chosen) => context.setQuery({ state: chosen.join(",") }) });
  const bar = refreshBar({ onRefresh: () => load() });
  const paged = pagedList({
    list,
    pageSize: PAGE_SIZE,
    counted: (shown, { total }) => text.schedules.shown(shown, total),
    whenNone: () => emptyState({ title: text.common.noMatch, body: [], iconName: "search", action: button({ label: text.common.clearFilters, onClick: clear }) }),
    fetchPage: async (continuationToken, limit) => {
      const { body } = await api.get("/schedules", { ...wanted(), limit, continuationToken });
      return { ...body, rows: body.schedules, next: body.continuationToken };
    },
  });
  const add = linkButton({ label: text.schedules.add, href: context.href("groups"), icon: "add" });
  const inTheWay = h("div", { class: "obstacles" });
  const commands = h("div", { class: "command-bar" }, search, add, h("span", { class: "push" }), bar);
  const watch = poll({ signal: context.signal, seconds: LOOK_EVERY, look: () => load() });
  let asked = "";
  let told = "";

  function wanted() {
    const { key: sort, order } = sortIn(context.query);
    return { state: context.query.get("state") ?? "", search: context.query.get("search") ?? "", sort, order };
  }

  function clear() {
    search.querySelector("input").value = "";
    context.setQuery({ state: null, search: null });
    search.querySelector("input").focus();
  }

  /** Look again, and tell whether something is at work. */
  async function load({ fresh = false } = {}) {
    asked = JSON.stringify(wanted());
    const [page, connection] = await Promise.all([paged.load({ fresh }), api.get("/connection")]);
    if (!page) return true;
    bar.done();
    states.update({ options: options(page.states), selected: chosenStates() });
    await draw(page, connection.body);
    const isAtWork = page.states.running + page.states.queued > 0;
    if (isAtWork) watch.start();
    return isAtWork;
  }

  const chosenStates = () => wanted().state.split(",").filter(Boolean);

  const options = (counts) => {
    const chosen = chosenStates();
    return Object.entries(counts)
      .filter(([state, count]) => count > 0 || chosen.includes(state))
      .map(([value, count]) => ({ value, label: text.states[value], count }));
  };

  async function draw(page, connection) {
    const isNone = wanted().search === "" && Object.values(page.states).every((count) => count === 0);
    if (isNone) return fill(element, await nothing(connection));
    if (told !== (told = JSON.stringify(connection))) fill(inTheWay, obstacles(context, connection));
    //  The search must not lose the focus to what it finds.
    if (inTheWay.parentNode !== element) fill(element, inTheWay, states, h("div", {}, commands, paged));
  }

  async function nothing(connection) {
    if (!context.workspace.canSync) return wrongPlan(context);
    if (connection.status !== "connected") return notConnected(context, connection);
    const { body } = await api.get("/groups", { limit: 1 });
    return body.groups.length === 0 ? noGroups(context) : noSchedules(context);
  }

  context.onQuery(() => {
    if (JSON.stringify(wanted()) !== asked) return load({ fresh: true });
  });
  context.onChanged(() => load());
  await load({ fresh: true });
  return element;
}

function sortIn(query) {
  const key = SORTS.has(query.get("sort")) ? query.get("sort") : "name";
  return { key, order: query.get("order") === "desc" ? "desc" : "asc" };
}
