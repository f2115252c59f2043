/** What a page shows when there is nothing yet: why, and the one thing to do next. */

import { h } from "./h.js";
import { icon } from "./icons.js";

/**
 * @param {{title: string, body: string|Node|(string|Node)[], action?: Node, iconName?: string, heading?: "h1"|"h2"}} options
 */
export function emptyState({ title, body, action, iconName = "info", heading = "h2" }) {
  return h(
    "section",
    { class: "empty-state" },
    h("div", { class: "empty-sign" }, icon(iconName)),
    h(heading, heading === "h1" ? { tabindex: "-1" } : {}, title),
    h("div", { class: "empty-words" }, [body].flat().map((one) => (typeof one === "string" ? h("p", {}, one) : one))),
    action,
  );
}
