/** Link groups: search in the tenant, see what is linked already, link one or several. */

import { text } from "../text.js";
import { tag } from "./badge.js";
import { button, linkButton } from "./controls.js";
import { openDrawer } from "./drawer.js";
import { fill, h } from "./h.js";
import { messageBar, problemBar } from "./message_bar.js";
import { searchBox } from "./search_box.js";
import { shimmer } from "./shimmer.js";

const PAGE_SIZE = 25;

/**
 * @param {import("../context.js").Context} context
 * @param {{changed: () => Promise<void>}} options *changed*: called once the drawer is closed, if anything was linked
 */
export function linkGroups(context, { changed }) {
  const words = text.linkGroup;
  const found = h("ul", { class: "found-groups", "aria-label": words.list });
  const said = h("div", { "aria-live": "polite" });
  const outcome = h("div");
  /** What was done here, by the group's id in Entra: an answer that was asked for before knows nothing of it. */
  const touched = new Map();
  const more = button({ label: text.common.loadMore, appearance: "outline", onClick: () => find() });
  let search = "";
  let next;
  let searches = 0;
  let hasLinked = false;
  more.hidden = true;

  const drawer = openDrawer({ title: words.title, onClose: () => hasLinked && changed() });
  context.signal.addEventListener("abort", drawer.close, { once: true });

  async function find({ fresh = false } = {}) {
    const mine = (searches += 1);
    if (fresh) [next, more.hidden] = [undefined, true];
    if (fresh) fill(said, shimmer({ lines: 4 }));
    try {
      const { body } = await context.api.get("/entra-groups", { search, limit: PAGE_SIZE, continuationToken: next });
      if (mine !== searches) return;
      const rows = body.groups.map((group) => touched.get(group.entraGroupId) ?? entry(group));
      if (fresh) replaceRows(rows);
      else found.append(...rows);
      next = body.continuationToken;
      more.hidden = !next;
      fill(said, found.children.length === 0 && !next ? h("p", {}, search ? words.none : words.noGroups) : null);
    } catch (problem) {
      if (mine !== searches || context.signal.aborted) return;
      fill(said, problemBar(problem));
    }
  }

  /** Who had the focus in the list keeps it, or comes back to the search where the row is gone. */
  function replaceRows(rows) {
    const focused = found.contains(document.activeElement) ? document.activeElement : null;
    fill(found, rows);
    if (focused) (found.contains(focused) ? focused : input).focus();
  }

  function entry(group) {
    const kind = h("span", { class: "secondary" }, words.kinds[group.kind], group.mail ? ` · ${group.mail}` : null);
    const about = h(
      "div",
      {},
      h("strong", {}, group.name),
      group.description ? h("p", { class: "secondary brief" }, group.description) : null,
      h("div", { class: "row" }, kind, group.dynamic ? tag(words.dynamic) : null),
    );
    const row = h("li", { class: "found-group" }, about);
    const link = () =>
      button({
        label: words.link,
        appearance: "outline",
        disabled: context.mayManage ? false : text.common.needsManage,
        onClick: () => linkIt(group, row),
      });
    row.append(group.linkedTo ? linked(group.linkedTo, group.name, words.openShort, words.open) : named(link(), words.linkNamed(group.name)));
    return row;
  }

  function linked(groupId, name, short, long) {
    const open = linkButton({ label: short, href: context.href("group-schedule", { groupId }) });
    return h("div", { class: "row" }, tag(words.linked, "success"), named(open, long(name)));
  }

  async function linkIt(group, row) {
    if (touched.has(group.entraGroupId)) return;
    const pressed = row.lastElementChild;
    pressed.setAttribute("aria-busy", "true");
    touched.set(group.entraGroupId, row);
    try {
      const { body } = await context.api.post("/groups", { entraGroupId: group.entraGroupId });
      hasLinked = true;
      const now = linked(body.groupId, body.name, words.scheduleShort, words.schedule);
      const hadFocus = pressed.contains(document.activeElement);
      pressed.replaceWith(now);
      if (hadFocus) now.querySelector("a").focus();
      fill(outcome, messageBar({ intent: "success", live: false, body: words.done(body.name) }));
      context.announce(words.done(body.name));
    } catch (problem) {
      pressed.removeAttribute("aria-busy");
      touched.delete(group.entraGroupId);
      fill(outcome, problemBar(problem));
    }
  }

  const box = searchBox({ label: words.search, onSearch: (typed) => ((search = typed), find({ fresh: true })) });
  const input = box.querySelector("input");
  drawer.fill(h("div", { class: "stack" }, h("p", {}, words.explain), h("div", { class: "row" }, box), outcome, said, found, h("div", {}, more)));
  input.focus();
  return find({ fresh: true });
}

/** The short words on it stand beside the group's name; read alone, it needs the name. */
function named(element, label) {
  element.setAttribute("aria-label", label);
  return element;
}
