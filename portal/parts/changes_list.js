/** What a run changed, person by person, old → new: filtered by kind, page after page, and as CSV. */

import { text } from "../text.js";
import { alteredList } from "./altered.js";
import { tag } from "./badge.js";
import { chips } from "./chips.js";
import { button } from "./controls.js";
import { emptyState } from "./empty_state.js";
import { fill, h } from "./h.js";
import { problemBar } from "./message_bar.js";
import { changed, isOpen } from "./run_words.js";
import { saveCsv } from "./save_csv.js";
import { shimmer } from "./shimmer.js";
import { table } from "./table.js";

/** So many values of a person are seen at once; a new person has more than anybody compares. */
const AT_ONCE = 4;
const COUNTED = ["added", "updated", "removed", "refused"];
/** Kinds that only these runs tell of. */
const UNCOUNTED = { decision: ["kept", "outdated"], undo: ["outdated"] };
const TONES = { added: "success", updated: "info", removed: "danger", refused: "warning", kept: "neutral", outdated: "neutral" };
const PAGE = 50;

/** @param {import("../context.js").Context} context @param {import("../pages/run_drawer.js").About} about */
export function changesList(context, about) {
  let run = null;
  let kind = null;
  let rows = [];
  let pages = null;
  let loaded = "";
  const list = table({ label: text.run.list, columns: columnsFor(context, about), rowKey: ({ row }) => String(row) });
  const filter = chips({ label: text.run.filter, options: [], selected: [], onChange: choose });
  const more = button({ label: text.common.loadMore, onClick: () => loadPage() });
  const csv = button({ label: text.run.csv, icon: "download", onClick: () => saveCsv(context, { path: changesPath(), kind, name: `changes-${about.groupId}-${run.runId}.csv` }) });
  const shown = h("p", { class: "secondary", role: "status" });
  const place = h("div", { class: "stack" });
  const element = h("div", { class: "stack" }, h("div", { class: "row" }, filter, h("span", { class: "push" }), csv), place);

  const changesPath = () => `${about.path}/${run.runId}/changes`;

  /** One kind at a time, for so can the API be asked. */
  function choose(selected) {
    kind = selected.find((one) => one !== kind) ?? null;
    drawFilter();
    load();
  }

  function drawFilter() {
    filter.update({ options: kinds(run), selected: kind ? [kind] : [] });
  }

  async function load() {
    pages = context.api.pages(changesPath(), { kind, limit: PAGE })[Symbol.asyncIterator]();
    rows = [];
    if (!list.isConnected) fill(place, shimmer());
    await loadPage();
  }

  async function loadPage() {
    const mine = pages;
    try {
      const { value, done } = await mine.next();
      if (mine !== pages) return;
      const first = rows.length;
      if (!done) rows = [...rows, ...value.changes.map((change, index) => ({ ...change, row: first + index }))];
      more.hidden = done || !value.continuationToken;
      draw();
    } catch (failure) {
      if (context.signal.aborted) throw failure;
      fill(place, problemBar(failure, { actions: [button({ label: text.common.retry, onClick: load })] }));
    }
  }

  function draw() {
    csv.hidden = rows.length === 0;
    if (rows.length === 0) {
      fill(place, kind ? h("p", {}, text.run.noneOfKind) : nobody(run));
      return;
    }
    list.update(rows);
    shown.textContent = text.run.shownSoFar(rows.length);
    if (!list.isConnected) fill(place, shown, list, more);
  }

  element.update = (now) => {
    run = now;
    const said = JSON.stringify([isOpen(run), run.counts]);
    if (said === loaded) return;
    loaded = said;
    drawFilter();
    load();
  };
  return element;
}

/** The kinds to choose from: none where there is only one. */
function kinds({ counts, mode }) {
  const options = [...COUNTED.filter((kind) => counts[kind] > 0), ...(UNCOUNTED[mode] ?? [])];
  return options.length < 2 ? [] : options.map((value) => ({ value, label: text.run.kinds[value], count: counts[value] }));
}

function columnsFor(context, about) {
  return [
    { key: "person", header: text.run.columns.person, isName: true, cell: (one) => person(context, one) },
    { key: "kind", header: text.run.columns.kind, cell: ({ kind }) => tag(text.run.kinds[kind], TONES[kind]) },
    { key: "altered", header: text.run.columns.altered, cell: ({ altered }) => values(altered, about) },
    { key: "reason", header: text.run.columns.reason, cell: ({ reason }) => reason.text },
  ];
}

/** The values that cards show come first, what only we know a person by last. */
function values(altered, { groupId, groupName }) {
  if (altered.length === 0) return null;
  const rank = ({ path }) => (path.startsWith("values.") ? 0 : path === "entraId" ? 2 : 1);
  const named = altered.map((one) => (one.path === `cards.${groupId}` ? { ...one, path: `cards.${groupName}` } : one));
  const sorted = named.sort((one, other) => rank(one) - rank(other));
  if (sorted.length <= AT_ONCE + 1) return alteredList(sorted);
  const rest = sorted.slice(AT_ONCE);
  return [alteredList(sorted.slice(0, AT_ONCE)), h("details", {}, h("summary", {}, text.run.moreValues(rest.length)), alteredList(rest))];
}

function person(context, { recipientId, name, email }) {
  return [
    h("a", { href: context.href("person", { recipientId }) }, name || text.run.unnamed),
    email ? h("span", { class: "second-line" }, email) : null,
  ].filter(Boolean);
}

function nobody(run) {
  return emptyState({
    title: changed(run) === 0 ? text.run.noChanges : text.run.noneOfKind,
    body: text.run.noChangesBody[isOpen(run) ? "open" : "over"],
    iconName: isOpen(run) ? "clock" : "success",
    heading: "h3",
  });
}
