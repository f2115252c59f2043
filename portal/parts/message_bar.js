/** A message above what it is about: info, success, warning or error. */

import { text } from "../text.js";
import { button } from "./controls.js";
import { h } from "./h.js";
import { icon } from "./icons.js";

/**
 * @param {{intent?: "info"|"success"|"warning"|"error", title?: string, body?: string|Node|(string|Node)[],
 *   actions?: Node[], onDismiss?: () => void, live?: boolean}} options
 *   *live*: false for one that is there from the start, which needs no announcement
 */
export function messageBar({ intent = "info", title, body, actions = [], onDismiss, live = true }) {
  const role = live ? (intent === "error" || intent === "warning" ? "alert" : "status") : null;
  const bar = h(
    "div",
    { class: `message-bar ${intent}`, role },
    icon(intent),
    h("div", { class: "message-words" }, title ? h("strong", {}, title, " ") : null, body),
    actions.length > 0 ? h("div", { class: "message-actions" }, actions) : null,
  );
  if (onDismiss) bar.append(button({ label: text.common.dismiss, icon: "close", iconOnly: true, appearance: "transparent", onClick: () => (bar.remove(), onDismiss()) }));
  return bar;
}

/** The message of a refused request, with the id that finds it in the log. */
export function problemBar(problem, { title, actions } = {}) {
  const id = problem.requestId ? h("span", { class: "request-id" }, ` ${text.failed.request(problem.requestId)}`) : null;
  return messageBar({ intent: "error", title: title ?? problem.title, body: [problem.detail ?? text.failed.unexpected, id], actions });
}
