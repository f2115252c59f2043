/** Tabs that are links: each has an address, opens in another window, and works with the browser's back. */

import { h } from "./h.js";

/** @param {{label: string, tabs: {label: string, href: string, current: boolean, count?: number}[]}} options */
export function tabs({ label, tabs: entries }) {
  return h(
    "nav",
    { class: "tabs", "aria-label": label },
    h(
      "ul",
      {},
      entries.map((one) =>
        h("li", {}, h("a", { href: one.href, "aria-current": one.current ? "page" : null }, one.label, one.count ? h("span", { class: "count" }, one.count) : null)),
      ),
    ),
  );
}
