/**
 * A list that comes in pages: its rows so far, how many there are, and "Show more".
 *
 *     const paged = pagedList({ list, fetchPage, counted: (shown, { total }) => text.schedules.shown(shown, total) });
 *     await paged.load({ fresh: true });    // from the first page; else as far as it was shown before
 */

import { text } from "../text.js";
import { announce } from "./announcer.js";
import { button } from "./controls.js";
import { h } from "./h.js";

const LARGEST_PAGE = 200;

/**
 * @template Row
 * @param {{list: HTMLElement, fetchPage: (token: string|undefined, limit: number) => Promise<{rows: Row[], next?: string}>,
 *   counted: (shown: number, page: object) => string, pageSize?: number, whenNone?: (page: object) => Node}} options
 *   *list*: of `parts/table.js`; *page* is what `fetchPage` returned last; *whenNone* stands in place of an empty list
 * @returns {HTMLElement} with `.load({fresh})`, which resolves to the last page with all rows, or to null when another load overtook it
 */
export function pagedList({ list, fetchPage, counted, pageSize = 50, whenNone }) {
  let rows = [];
  let next;
  let loads = 0;
  const count = h("span", { class: "secondary" });
  const more = button({ label: text.common.loadMore, appearance: "outline", onClick: showMore });
  const none = h("div", { class: "list-none" });
  const foot = h("div", { class: "list-foot" }, count, more);
  const element = h("div", { class: "paged-list" }, list, none, foot);

  async function read(wanted, begun, token) {
    const mine = (loads += 1);
    const got = [...begun];
    let page;
    element.setAttribute("aria-busy", "true");
    try {
      do {
        page = await fetchPage(token, Math.min(LARGEST_PAGE, wanted - got.length));
        got.push(...page.rows);
        token = page.next;
      } while (mine === loads && token && got.length < wanted);
    } finally {
      if (mine === loads) element.removeAttribute("aria-busy");
    }
    if (mine !== loads) return null;
    [rows, next] = [got, token];
    draw(page);
    return { ...page, rows };
  }

  function draw(page) {
    list.update(rows);
    list.hidden = rows.length === 0;
    none.replaceChildren(...(rows.length === 0 && whenNone ? [whenNone(page)] : []));
    count.textContent = rows.length === 0 ? "" : counted(rows.length, { ...page, isAll: !next });
    more.hidden = !next;
    foot.hidden = more.hidden && count.textContent === "";
  }

  async function showMore() {
    const before = rows.length;
    if (!(await read(before + pageSize, rows, next))) return;
    announce(count.textContent);
    if (more.hidden) list.querySelectorAll("tbody tr")[before]?.querySelector("a, button, [tabindex]")?.focus();
  }

  element.load = ({ fresh = false } = {}) => read(fresh ? pageSize : Math.max(pageSize, rows.length), [], undefined);
  return element;
}
