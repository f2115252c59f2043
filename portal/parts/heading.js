/** The head of a page: where it stands, its title and its tabs. */

import { TABS } from "../routes.js";
import { text } from "../text.js";
import { fill, h } from "./h.js";
import { icon } from "./icons.js";
import { tabs } from "./tabs.js";

/**
 * @param {import("../routes.js").Route} route
 * @param {(name: string) => string} href
 * @returns {{element: HTMLElement, heading: HTMLElement, title: (words: string, ...beside: Node[]) => void,
 *   crumb: (words: string) => void}}
 */
export function pageHead(route, href) {
  let title = route.title ?? "";
  let unnamed = "";
  const heading = h("h1", { tabindex: "-1" }, title);
  const beside = h("div", { class: "beside-title" });
  const trail = h("nav", { class: "breadcrumb", "aria-label": text.frame.breadcrumb });
  const draw = () => {
    const above = (route.crumbs ?? []).map(([words, name]) => [words ?? unnamed, name]);
    fill(trail, above.length > 0 ? h("ol", {}, [...above, [route.last ?? title, null]].filter(([words]) => words).map((one, index, all) => crumb(one, href, index === all.length - 1))) : null);
    heading.textContent = title;
    document.title = text.documentTitle([route.last, title, unnamed].filter(Boolean).join(" · "));
  };
  draw();
  return {
    heading,
    element: h("header", { class: "page-head" }, trail, h("div", { class: "title-row" }, heading, beside), route.tabs ? pageTabs(route, href) : null),
    title: (words, ...more) => {
      title = words;
      beside.replaceChildren(...more);
      draw();
    },
    crumb: (words) => {
      unnamed = words;
      draw();
    },
  };
}

function crumb([words, name], href, isLast) {
  const content = isLast ? h("span", { "aria-current": "page" }, words) : name ? h("a", { href: href(name) }, words) : h("span", {}, words);
  return h("li", {}, content, isLast ? null : icon("chevron"));
}

function pageTabs(route, href) {
  const entries = TABS[route.tabs].map(([label, name]) => ({ label, href: href(name), current: name === route.name }));
  return tabs({ label: text.frame.sections, tabs: entries });
}
