/** What changed of a person, value by value: old → new. */

import { text } from "../text.js";
import { h } from "./h.js";

/** @param {{path: string, old: unknown, new: unknown}[]} changes as the API writes `altered` */
export function alteredList(changes) {
  return h(
    "ul",
    { class: "altered" },
    changes.map((one) =>
      h(
        "li",
        {},
        h("span", { class: "altered-name" }, `${alteredName(one.path)}: `),
        h("span", { class: "altered-old" }, alteredValue(one.old)),
        h("span", { "aria-hidden": "true" }, " → "),
        h("span", { class: "hidden" }, ` ${text.altered.becomes} `),
        h("span", { class: "altered-new" }, alteredValue(one.new)),
      ),
    ),
  );
}

/** "Job title", of "values.jobTitle". */
export function alteredName(path) {
  const [kind, ...rest] = path.split(".");
  const name = rest.join(".");
  if (kind === "values") return text.altered.value(name);
  if (kind === "shown") return text.altered.shown(name);
  if (kind === "cards") return text.altered.card(name);
  return text.altered.other(path);
}

export function alteredValue(value) {
  if (value === null || value === "") return text.altered.nothing;
  if (typeof value === "boolean") return value ? text.altered.yes : text.altered.no;
  return typeof value === "object" ? text.altered.cardVersion(value) : String(value);
}
