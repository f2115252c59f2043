/** What changed of a person, value by value: old → new. */

import { text } from "../text.js";
import { h } from "./h.js";

/**
 * @param {{path: string, old: unknown, new: unknown}[]} changes as the API writes `altered`
 * @param {{groupNames?: Map<string, string>}} [options] *groupNames*: of those that are known, by id
 */
export function alteredList(changes, { groupNames } = {}) {
  return h(
    "ul",
    { class: "altered" },
    changes.map((one) =>
      h(
        "li",
        {},
        h("span", { class: "altered-name" }, `${alteredName(one.path, groupNames)}: `),
        h("span", { class: "altered-old" }, alteredValue(one.old, one.path)),
        h("span", { "aria-hidden": "true" }, " → "),
        h("span", { class: "hidden" }, ` ${text.altered.becomes} `),
        h("span", { class: "altered-new" }, alteredValue(one.new, one.path)),
      ),
    ),
  );
}

/** "Job title", of "values.jobTitle". */
export function alteredName(path, groupNames) {
  const [kind, ...rest] = path.split(".");
  const name = rest.join(".");
  if (kind === "values") return text.altered.value(name);
  if (kind === "shown") return text.altered.shown(name);
  if (kind === "cards") return text.altered.card(groupNames?.get(name) ?? name);
  return text.altered.other(path);
}

export function alteredValue(value, path) {
  if (value === null || value === "") return text.altered.nothing;
  if (typeof value === "boolean") return value ? text.altered.yes : text.altered.no;
  //  Values of the person are as people wrote them; status and its reason are codes.
  if (path && !path.includes(".") && text.altered.words[value]) return text.altered.words[value];
  return typeof value === "object" ? text.altered.cardVersion(value) : String(value);
}
