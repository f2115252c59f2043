/** "Updated 2 min ago", with the button that looks again. */

import { text } from "../text.js";
import { button } from "./controls.js";
import { h } from "./h.js";
import { updatedTime } from "./time.js";

/**
 * @param {{onRefresh: () => Promise<void>}} options
 * @returns {HTMLElement} with `.done()`, to be called whenever fresh data is on the screen
 */
export function refreshBar({ onRefresh }) {
  const when = h("span", { class: "updated" });
  const again = button({ label: text.common.refresh, icon: "refresh", appearance: "subtle", onClick: refresh });
  async function refresh() {
    again.setAttribute("aria-busy", "true");
    try {
      await onRefresh();
    } finally {
      again.removeAttribute("aria-busy");
    }
  }
  const bar = h("div", { class: "refresh-bar" }, when, again);
  bar.done = () => when.replaceChildren(updatedTime(new Date()));
  return bar;
}
