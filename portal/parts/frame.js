/** What stands around every page: the bar on top, the navigation on the left, the footer with the way to support. */

import { NAVIGATION } from "../routes.js";
import { text } from "../text.js";
import { tag } from "./badge.js";
import { button } from "./controls.js";
import { fill, h } from "./h.js";
import { icon } from "./icons.js";
import { menuButton } from "./menu.js";
import { supportLink } from "./support.js";

/**
 * @param {import("../session.js").Session} session
 * @returns {{main: HTMLElement, show: (place: {session?: object, workspace: object|null, nav?: string, ids?: object,
 *   href: (name: string) => string}) => void, supportIds: (ids: object) => void, count: (entry: string, number: number) => void}}
 */
export function createFrame(session) {
  const main = h("main", { id: "content", tabindex: "-1" });
  const side = h("nav", { class: "side", id: "navigation", "aria-label": text.frame.navigation });
  const tools = h("div", { class: "top-tools" });
  const footer = h("footer", { class: "footer" });
  const opener = button({ label: text.frame.openNavigation, icon: "menu", iconOnly: true, appearance: "transparent", onClick: () => open(!side.classList.contains("open")) });
  opener.classList.add("side-opener");
  opener.setAttribute("aria-controls", side.id);
  const open = (is) => {
    side.classList.toggle("open", is);
    opener.setAttribute("aria-expanded", String(is));
  };
  open(false);
  side.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !side.classList.contains("open")) return;
    open(false);
    opener.focus();
  });

  document.body.prepend(
    h("a", { class: "skip", href: "#content" }, text.frame.skip),
    h("header", { class: "top" }, opener, h("a", { class: "product", href: "/portal" }, text.product), tools),
    h("div", { class: "below-top" }, side, h("div", { class: "page" }, main, footer)),
  );

  const counts = new Map();
  let links = new Map();
  let place = null;
  const drawSide = () => {
    links = new Map();
    fill(side, place.workspace ? NAVIGATION.map((group) => section(group, place, links)) : null);
    for (const entry of links.keys()) drawCount(entry);
  };
  //  A number can come while the entry has the focus, so the entry itself stays.
  const drawCount = (entry) => {
    const [link, number] = [links.get(entry), counts.get(entry)];
    link?.querySelector(".count")?.remove();
    if (number) link?.append(h("span", { class: "count" }, number));
  };
  const drawFooter = (ids) => {
    //  Where there is no workspace yet, support needs to know who asks.
    const whose = place.workspace ? { workspace: place.workspace.id } : { tenant: session.me?.tenantId, person: session.me?.id };
    const link = supportLink(session, { ...whose, ...ids });
    const hadFocus = footer.contains(document.activeElement);
    fill(footer, h("span", {}, text.frame.footer), link ? h("span", {}, text.frame.help, " ", link) : null);
    if (hadFocus) link?.focus();
  };

  return {
    main,
    show: (now) => {
      session = now.session ?? session;
      open(false);
      place = now;
      side.hidden = !now.workspace;
      opener.hidden = !now.workspace;
      drawSide();
      fill(tools, workspaceSwitcher(session, now.workspace), account(session));
      drawFooter(now.ids);
    },
    supportIds: (ids) => drawFooter({ ...place.ids, ...ids }),
    count: (entry, number) => {
      counts.set(entry, number);
      drawCount(entry);
    },
  };
}

function section({ heading, entries }, place, links) {
  const items = entries.map(([words, name, iconName]) => {
    const link = h("a", { href: place.href(name), "aria-current": place.nav === name ? "page" : null }, icon(iconName), words);
    links.set(name, link);
    return h("li", {}, link);
  });
  return [heading ? h("h2", { class: "side-heading" }, heading) : null, h("ul", {}, items)];
}

function workspaceSwitcher({ workspaces }, workspace) {
  if (!workspace) return null;
  const plan = tag(text.plan(workspace.plan), "brand");
  if (workspaces.length < 2) return [h("span", { class: "workspace-name" }, workspace.name), plan];
  const items = () => workspaces.map(({ id, name }) => ({ label: name, href: `/portal/${id}`, icon: id === workspace.id ? "approve" : null }));
  return [menuButton({ label: text.frame.switchWorkspace, words: workspace.name, items }), plan];
}

function account({ name, me }) {
  if (!me) return null;
  const items = () => [{ label: text.frame.signOut, href: "/.auth/logout?post_logout_redirect_uri=/portal", icon: "external" }];
  return menuButton({ label: text.frame.account, words: name, items });
}
