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
      const rows = body.groups.map(entry);
      fresh ? fill(found, rows) : found.append(...rows);
      next = body.continuationToken;
      more.hidden = !next;
      fill(said, found.children.length === 0 && !next ? h("p", {}, search ? words.none : words.noGroups) : null);
    } catch (problem) {
      if (mine !== searches || context.signal.aborted) return;
      fill(said, problemBar(problem));
    }
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
    const pressed = row.lastElementChild;
    pressed.setAttribute("aria-busy", "true");
    try {
      const { body } = await context.api.post("/groups", { entraGroupId: group.entraGroupId });
      hasLinked = true;
      const now = linked(body.groupId, body.name, words.scheduleShort, words.schedule);
      pressed.replaceWith(now);
      now.querySelector("a").focus();
      fill(said, messageBar({ intent: "success", live: false, body: words.done(body.name) }));
    } catch (problem) {
      pressed.removeAttribute("aria-busy");
      fill(said, problemBar(problem));
    }
  }

  const box = searchBox({ label: words.search, onSearch: (typed) => ((search = typed), find({ fresh: true })) });
  drawer.fill(h("div", { class: "stack" }, h("p", {}, words.explain), h("div", { class: "row" }, box), said, found, h("div", {}, more)));
  box.querySelector("input").focus();
  return find({ fresh: true });
}

/** The short words on it stand beside the group's name; read alone, it needs the name. */
function named(element, label) {
  element.setAttribute("aria-label", label);
  return element;
}
