/** The person's tenant manages several workspaces: which one? */

import { h } from "../parts/h.js";
import { tag } from "../parts/badge.js";
import { text } from "../text.js";

/** @param {import("../session.js").Session} session */
export function chooseWorkspace({ workspaces }) {
  const choices = workspaces.map(({ id, name, plan }) =>
    h("li", {}, h("a", { class: "choice-card", href: `/portal/${encodeURIComponent(id)}` }, h("strong", {}, name), tag(text.chooseWorkspace.plan(text.plan(plan))))),
  );
  return h(
    "section",
    { class: "choose-workspace" },
    h("h1", { tabindex: "-1" }, text.chooseWorkspace.title),
    h("p", {}, text.chooseWorkspace.body),
    h("ul", { class: "choice-cards" }, choices),
  );
}
