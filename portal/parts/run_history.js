/** The last runs of the group: what each changed, drawn as bars and told as a table. */

import { changeCounts, duration, spokenCounts } from "../format.js";
import { text } from "../text.js";
import { stateBadge, tag } from "./badge.js";
import { button } from "./controls.js";
import { fill, h } from "./h.js";
import { historyChart } from "./history_chart.js";
import { problemBar } from "./message_bar.js";
import { isOpen, timeOf } from "./run_words.js";
import { shimmer } from "./shimmer.js";
import { table } from "./table.js";
import { agoTime, sinceTime } from "./time.js";

const PAGE = 30;

/** @param {import("../context.js").Context} context @param {import("../pages/run_drawer.js").About} about */
export function runHistory(context, about) {
  let current = null;
  let runs = [];
  let pages = null;
  let loaded = "";
  const list = table({ label: text.run.runs, columns: columns(), rowKey: ({ runId }) => runId });
  const chart = h("div", {});
  const more = button({ label: text.common.loadMore, onClick: () => loadPage() });
  const element = h("div", { class: "stack" }, shimmer());

  async function load() {
    pages = context.api.pages(about.path, { limit: PAGE })[Symbol.asyncIterator]();
    runs = [];
    await loadPage();
  }

  async function loadPage() {
    const mine = pages;
    try {
      const { value, done } = await mine.next();
      if (mine !== pages) return;
      if (!done) runs = [...runs, ...value.runs];
      more.hidden = done || !value.continuationToken;
      if (runs.length <= PAGE) fill(chart, historyChart(runs));
      list.update(runs);
      if (!list.isConnected) fill(element, chart, h("h3", {}, text.run.runs), list, more);
    } catch (failure) {
      if (context.signal.aborted) throw failure;
      fill(element, problemBar(failure, { actions: [button({ label: text.common.retry, onClick: load })] }));
    }
  }

  element.update = (run) => {
    current = run.runId;
    const said = `${run.runId} ${run.state}`;
    if (said === loaded) return;
    loaded = said;
    load();
  };

  function columns() {
    const names = text.run.runColumns;
    return [
      { key: "when", header: names.when, isName: true, cell: when },
      { key: "mode", header: names.mode, cell: ({ mode }) => (mode === "preview" ? tag(text.run.modesShort.preview) : text.run.modesShort[mode]) },
      { key: "state", header: names.state, cell: ({ state }) => stateBadge(state) },
      { key: "counts", header: names.counts, cell: ({ counts }) => h("span", { class: "number", title: spokenCounts(counts) }, h("span", { "aria-hidden": "true" }, changeCounts(counts) ?? "–"), h("span", { class: "hidden" }, spokenCounts(counts))) },
      { key: "duration", header: names.duration, cell: lasted },
    ];
  }

  function when({ runId }) {
    const time = agoTime(timeOf(runId));
    if (runId === current) return h("span", { "aria-current": "true" }, time, " ", tag(text.run.thisRun, "brand"));
    return h("a", { href: context.runHref(about.groupId, runId, "history") }, time);
  }

  return element;
}

function lasted(run) {
  if (run.durationSeconds !== null) return duration(run.durationSeconds);
  return run.startedAt && isOpen(run) ? sinceTime(run.startedAt) : null;
}
