/** One run, in the drawer: overview, changes, history. It looks again by itself while the run goes on. */

import { stateBadge } from "../parts/badge.js";
import { changesList } from "../parts/changes_list.js";
import { fill, h } from "../parts/h.js";
import { poll } from "../parts/polling.js";
import { runHistory } from "../parts/run_history.js";
import { runOverview } from "../parts/run_overview.js";
import { tabs } from "../parts/tabs.js";
import { isOpen } from "../parts/run_words.js";
import { text } from "../text.js";

const TABS = ["overview", "changes", "history"];
const LOOK_EVERY = 1.5;

/**
 * @typedef {{groupId: string, groupName: string, group: object|null, path: string}} About what the run belongs to;
 *   *path*: of the group's runs, for the API client
 */

/** @param {import("../context.js").Context} context with `.drawer` @param {{groupId: string, runId: string}} params */
export async function show(context, { groupId, runId }) {
  const path = `/groups/${encodeURIComponent(groupId)}/runs`;
  const [{ body: first }, group] = await Promise.all([context.api.get(`${path}/${runId}`), linkedGroup(context, groupId)]);
  let run = first;
  const about = { groupId, path, group, groupName: group?.name ?? groupId };
  const nav = h("div", {});
  const panel = h("section", { class: "run-panel stack" });
  const opened = new Map();

  const parts = {
    overview: () => runOverview(context, about, { onRun: seen }),
    changes: () => changesList(context, about),
    history: () => runHistory(context, about),
  };

  function showTab() {
    const wanted = context.query.get("runTab");
    const current = TABS.includes(wanted) ? wanted : TABS[0];
    fill(nav, tabs({ label: text.run.tabs, tabs: TABS.map((one) => tab(context, about, run, one, current)) }));
    if (!opened.has(current)) opened.set(current, parts[current]());
    panel.setAttribute("aria-label", text.run[current]);
    fill(panel, opened.get(current));
    opened.get(current).update(run);
  }

  function seen(now) {
    const wasOpen = isOpen(run);
    run = now;
    context.drawer.title(text.run.titleOf(run.mode, about.groupName), stateBadge(run.state));
    for (const part of opened.values()) if (part.isConnected) part.update(run);
    if (isOpen(run)) watch.start();
    if (wasOpen && !isOpen(run)) ended();
  }

  function ended() {
    watch.stop();
    context.announce(text.run.isOver(text.states[run.state]));
    showTab();
    context.changed();
  }

  const watch = poll({
    signal: context.signal,
    seconds: LOOK_EVERY,
    look: async () => {
      seen((await context.api.get(`${path}/${runId}`)).body);
      return isOpen(run);
    },
  });
  context.onQuery(() => {
    const focused = nav.contains(document.activeElement);
    showTab();
    if (focused) nav.querySelector("[aria-current]")?.focus();
  });
  seen(run);
  showTab();
  return h("div", { class: "stack" }, nav, panel);
}

function tab(context, { groupId }, run, name, current) {
  const { added, updated, removed } = run.counts;
  return {
    label: text.run[name],
    href: context.runHref(groupId, run.runId, name === TABS[0] ? null : name),
    current: name === current,
    count: name === "changes" ? added + updated + removed : undefined,
  };
}

/** The group as lists show it; null for one that is not linked any more, and no name is worth failing for. */
async function linkedGroup(context, groupId) {
  try {
    for await (const page of context.api.pages("/groups", { limit: 200 })) {
      const found = page.groups.find((group) => group.groupId === groupId);
      if (found) return found;
    }
  } catch (failure) {
    if (context.signal.aborted) throw failure;
  }
  return null;
}
