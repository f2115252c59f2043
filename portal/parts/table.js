/**
 * A table of rows with sorting and selection, which narrow screens show as cards.
 *
 *     const list = table({ label: text.schedules.list, columns, rowKey: (row) => row.groupId, sort, onSort });
 *     list.update(rows);      // rows that have not changed keep their elements, and so the focus
 */

import { text } from "../text.js";
import { checkbox, select, setChecked } from "./controls.js";
import { h } from "./h.js";
import { icon } from "./icons.js";

/** New rows built in one frame: as many as a screen shows at once, and no more than a frame or two has time for. */
const AT_ONCE = 25;

/**
 * @template Row
 * @typedef {object} Column
 * @property {string} key
 * @property {string} header hidden from sight with `headerHidden`, such as that of the row menu
 * @property {(row: Row) => (Node|string|null|(Node|string)[])} cell
 * @property {boolean} [sortable]
 * @property {boolean} [isName] names the row: read before every cell, the title of the card
 * @property {boolean} [headerHidden]
 * @property {"end"} [align]
 */

/**
 * @template Row
 * @param {{label: string, columns: Column<Row>[], rowKey: (row: Row) => string,
 *   sort?: {key: string, order: "asc"|"desc"}, onSort?: (sort: {key: string, order: "asc"|"desc"}) => void,
 *   selection?: {label: (row: Row) => string, all: string, onChange: (keys: Set<string>) => void}}} options
 * @returns {HTMLElement} with `.update(rows, {sort})`, `.selected` and `.select(keys)`
 */
export function table({ label, columns, rowKey, sort, onSort, selection }) {
  let shown = new Map();
  let pending = 0;
  const chosen = new Set();
  const body = h("tbody", { role: "rowgroup" });
  const head = h("tr", { role: "row" });
  const sorter = h("div", { class: "table-sorter" });
  const wrapper = h(
    "div",
    { class: "table-wrapper" },
    sorter,
    h("table", { class: "table", role: "table", "aria-label": label }, h("thead", { role: "rowgroup" }, head), body),
  );

  //  One for the head of the table, and one above the cards, which have no head.
  const everybody = [true, false].map(
    (hiddenLabel) => selection && checkbox({ label: selection.all, hiddenLabel, onChange: (is) => wrapper.select(is ? shown.keys() : []) }),
  );

  const told = () => {
    const isAll = shown.size > 0 && [...shown.keys()].every((key) => chosen.has(key));
    for (const { control } of everybody) setChecked(control, isAll);
    selection.onChange(new Set(chosen));
  };

  function sortBy(key, order) {
    sort = { key, order };
    drawHead();
    onSort(sort);
  }

  function drawHead() {
    const focused = head.contains(document.activeElement) ? document.activeElement.dataset.sort : null;
    head.replaceChildren(
      ...(selection ? [h("th", { role: "columnheader", scope: "col", class: "choose" }, everybody[0])] : []),
      ...columns.map((column) => headerCell(column, sort, sortBy)),
    );
    if (focused) head.querySelector(`[data-sort="${focused}"]`)?.focus();
    sorter.replaceChildren(...narrowSorter(columns, sort, sortBy), ...(selection ? [everybody[1]] : []));
  }

  function rowElement(row, key) {
    const choose = selection && checkbox({
      label: selection.label(row),
      hiddenLabel: true,
      checked: chosen.has(key),
      onChange: (is) => {
        is ? chosen.add(key) : chosen.delete(key);
        told();
      },
    });
    return h(
      "tr",
      { role: "row", "data-key": key },
      choose ? h("td", { role: "cell", class: "choose" }, choose) : null,
      columns.map((column) => cellOf(column, row)),
    );
  }

  wrapper.update = (rows, now = {}) => {
    if (now.sort) sort = now.sort;
    if (now.sort || !head.firstChild) drawHead();
    const focus = focusIn(body);
    const before = shown;
    shown = new Map();
    for (const row of rows) {
      const [key, said] = [rowKey(row), JSON.stringify(row)];
      const old = before.get(key);
      shown.set(key, old?.said === said ? old : { said, row, element: null });
    }
    const kept = new Set([...shown.values()].map((one) => one.element));
    for (const element of [...body.children]) if (!kept.has(element)) element.remove();
    cancelAnimationFrame(pending);
    build([...shown], null);
    for (const key of chosen) if (!shown.has(key)) chosen.delete(key);
    if (selection) told();
    focus();
  };

  /** Put the rows into their places behind *last*; many new ones over several frames, so that nothing stands still. */
  function build(waiting, last) {
    let fresh = 0;
    while (waiting.length > 0 && fresh < AT_ONCE) {
      const [key, one] = waiting.shift();
      if (!one.element) {
        one.element = rowElement(one.row, key);
        fresh += 1;
      }
      const at = last ? last.nextElementSibling : body.firstElementChild;
      //  A row that stands in its place is not moved: a menu that is open in it stays so.
      if (at !== one.element) body.insertBefore(one.element, at);
      last = one.element;
    }
    if (waiting.length > 0) pending = requestAnimationFrame(() => build(waiting, last));
  }

  wrapper.select = (keys) => {
    chosen.clear();
    for (const key of keys) chosen.add(key);
    for (const [key, { element }] of shown) if (element) setChecked(element.querySelector(".choose [role=checkbox]"), chosen.has(key));
    told();
  };
  Object.defineProperty(wrapper, "selected", { get: () => new Set(chosen) });
  return wrapper;
}

function headerCell(column, sort, sortBy) {
  const isSorted = sort?.key === column.key;
  const direction = isSorted ? (sort.order === "desc" ? "descending" : "ascending") : null;
  const content = column.sortable
    ? h(
        "button",
        { type: "button", class: "sort", "data-sort": column.key, onClick: () => sortBy(column.key, isSorted && sort.order === "asc" ? "desc" : "asc") },
        column.header,
        isSorted ? icon(sort.order === "desc" ? "arrowDown" : "arrowUp") : null,
      )
    : h("span", { class: column.headerHidden ? "hidden" : null }, column.header);
  return h("th", { role: "columnheader", scope: "col", class: column.align ?? null, "aria-sort": direction }, content);
}

/** Cards have no headers to press, so narrow screens sort by a list of choices. */
function narrowSorter(columns, sort, sortBy) {
  const options = columns.filter((column) => column.sortable).flatMap(({ key, header }) => [
    { value: `${key}:asc`, label: `${header}, ${text.common.sortedUp}` },
    { value: `${key}:desc`, label: `${header}, ${text.common.sortedDown}` },
  ]);
  if (options.length === 0) return [];
  const value = sort ? `${sort.key}:${sort.order}` : undefined;
  return [select({ label: text.common.sortBy, options, value, onChange: (said) => sortBy(...said.split(":")) })];
}

function cellOf(column, row) {
  const said = column.cell(row);
  const content = h("div", { class: "cell" }, said === null || said === "" ? "–" : said);
  const common = { "data-label": column.headerHidden || column.isName ? null : column.header, class: [column.align, `cell-${column.key}`].filter(Boolean).join(" ") };
  if (column.isName) return h("th", { ...common, role: "rowheader", scope: "row" }, content);
  return h("td", { ...common, role: "cell" }, content);
}

/** Remember what has the focus in *body*; returns what gives it back to the new elements. */
function focusIn(body) {
  const focused = body.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.closest("tr")?.dataset.key;
  const action = focused?.dataset.action;
  return () => {
    if (!focused || document.activeElement === focused) return;
    const row = body.querySelector(`[data-key="${CSS.escape(key)}"]`);
    const again = focused.isConnected ? focused : (row?.querySelector(`[data-action="${action}"]`) ?? row?.querySelector("a, button, [tabindex]"));
    again?.focus();
  };
}
