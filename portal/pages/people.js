/** People: the list, found page by page, and a recipient made by hand. */

import { addPerson } from "../parts/add_person.js";
import { stateBadge } from "../parts/badge.js";
import { chips } from "../parts/chips.js";
import { button, linkButton, progress } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { fill, h } from "../parts/h.js";
import { problemBar } from "../parts/message_bar.js";
import { pageByPage } from "../parts/page_by_page.js";
import { refreshBar } from "../parts/refresh.js";
import { searchBox } from "../parts/search_box.js";
import { table } from "../parts/table.js";
import { number } from "../format.js";
import { text } from "../text.js";

const FILTERS = ["search", "status", "origin"];
const words = text.peopleList;

/** @param {import("../context.js").Context} context */
export async function show(context) {
  const list = table({ label: words.title, columns: columnsOf(context), rowKey: (row) => row.recipientId });
  const bar = refreshBar({ onRefresh: begin });
  const told = h("p", { class: "secondary", role: "status", tabindex: "-1" });
  const below = h("div", { class: "stack" });
  let found;
  let asking = new AbortController();

  const filters = () => Object.fromEntries(FILTERS.map((name) => [name, context.query.get(name)]));

  /** Look from the start for whom the address asks for. */
  async function begin() {
    asking.abort();
    asking = new AbortController();
    const [query, signal] = [{ ...filters(), limit: 50 }, AbortSignal.any([context.signal, asking.signal])];
    found = pageByPage({
      ask: (continuationToken) => context.api.get("/recipients", { ...query, continuationToken }, { signal }),
      rowsOf: (body) => body.recipients,
    });
    await goOn(found);
  }

  async function goOn(mine) {
    list.setAttribute("aria-busy", "true");
    fill(below, progress({ label: words.looking }));
    try {
      await mine.more();
    } catch (failure) {
      if (mine !== found || failure.name === "AbortError") return;
      list.setAttribute("aria-busy", "false");
      fill(below, problemBar(failure));
      throw failure;
    }
    if (mine === found) draw();
  }

  function draw() {
    const isFiltered = Object.values(filters()).some(Boolean);
    const { rows, isOver, wasShort } = found;
    list.setAttribute("aria-busy", "false");
    list.hidden = rows.length === 0;
    list.update(rows);
    const people = text.people(rows.length);
    told.textContent = isOver ? (isFiltered ? words.found(people) : rows.length > 0 ? words.all(people) : "") : words.foundSoFar(rows.length > 0 ? people : words.nobody);
    const label = wasShort ? words.lookFurther : text.common.loadMore;
    fill(below, isOver ? nobody(rows, isFiltered) : h("div", {}, button({ label, onClick: further })));
    bar.done();
  }

  async function further() {
    const mine = found;
    await goOn(mine);
    //  The button that was pressed is another one now, or gone.
    (below.querySelector("fluent-button") ?? told).focus();
  }

  function nobody(rows, isFiltered) {
    if (rows.length > 0) return null;
    const clear = () => {
      context.setQuery(Object.fromEntries(FILTERS.map((name) => [name, null])));
      fill(filterBar, ...filterControls(context));
      filterBar.querySelector("input").focus();
    };
    if (isFiltered) return emptyState({ title: words.nobodyMatches, body: [], iconName: "search", action: button({ label: text.common.clearFilters, onClick: clear }) });
    const { title, body, action } = words.empty;
    return emptyState({ title, body, iconName: "person", action: linkButton({ label: action, href: context.href("groups"), primary: true }) });
  }

  const disabled = context.mayManage ? false : text.common.needsManage;
  const add = button({ label: words.add, icon: "add", appearance: "primary", disabled, onClick: () => addPerson(context) });
  const filterBar = h("div", { class: "row" }, filterControls(context));
  let asked = JSON.stringify(filters());
  context.onQuery(() => {
    const now = JSON.stringify(filters());
    if (now === asked) return;
    asked = now;
    begin();
  });
  context.onChanged(begin);
  await begin();
  return h("div", { class: "stack" }, h("div", { class: "command-bar" }, add, h("span", { class: "push" }), bar), filterBar, told, list, below);
}

function filterControls(context) {
  const { query } = context;
  const search = searchBox({ label: words.search, value: query.get("search") ?? "", onSearch: (said) => context.setQuery({ search: said }) });
  const oneOf = (name, label, labels) =>
    h("div", { class: "filter" }, h("span", { class: "secondary", "aria-hidden": "true" }, label), chips({
      label,
      options: Object.entries(labels).map(([value, one]) => ({ value, label: one })),
      selected: [query.get(name)].filter(Boolean),
      //  All of them pressed leaves nobody out, as does none.
      onChange: (chosen) => context.setQuery({ [name]: chosen.length === 1 ? chosen[0] : null }),
    }));
  const { active, inactive } = text.states;
  return [oneOf("status", words.statusFilter, { active, inactive }), oneOf("origin", words.originFilter, words.origins), search];
}

function columnsOf(context) {
  const { name, email, status, cards, origin } = words.columns;
  return [
    { key: "name", header: name, isName: true, cell: (row) => h("a", { href: context.href("person", { recipientId: row.recipientId }) }, row.name || words.noName) },
    { key: "email", header: email, cell: (row) => row.email },
    { key: "status", header: status, cell: statusCell },
    { key: "cards", header: cards, cell: (row) => h("span", { class: "number" }, number(row.cards)) },
    { key: "origin", header: origin, cell: (row) => words.origins[row.origin] },
  ];
}

function statusCell({ status, inactiveBecause }) {
  const because = inactiveBecause ? words.because[inactiveBecause] : null;
  return [stateBadge(status, { title: because }), because ? h("div", { class: "secondary" }, because) : null];
}
