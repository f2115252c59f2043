/** The effect of other sync options on one group: counts beside those of now, and some of the people. */

import { number } from "../format.js";
import { text } from "../text.js";
import { alteredList } from "./altered.js";
import { tag } from "./badge.js";
import { h } from "./h.js";
import { messageBar } from "./message_bar.js";

const TONES = { added: "success", updated: "brand", removed: "danger", "held-removal": "warning", "held-deactivation": "warning" };

/** Counts with the present options beside those with other ones; *present* is null where nothing was ever saved. */
export function countsTable(present, candidate, label) {
  const rows = Object.entries(text.effect.rows).filter(([name]) => candidate[name] > 0 || present?.[name] > 0);
  if (rows.length === 0) return null;
  const heads = [text.effect.what, ...(present ? [text.effect.present] : []), text.effect.candidate];
  return h(
    "table",
    { class: "versions effect-counts", "aria-label": label },
    h("thead", {}, h("tr", {}, heads.map((words) => h("th", { scope: "col" }, words)))),
    h(
      "tbody",
      {},
      rows.map(([name, words]) =>
        h(
          "tr",
          { class: present && present[name] !== candidate[name] ? "differs" : null },
          h("th", { scope: "row" }, words),
          present ? h("td", { class: "number" }, number(present[name])) : null,
          h("td", { class: "number" }, number(candidate[name])),
        ),
      ),
    ),
  );
}

/** A group that saving makes a difference to, or of which nothing can be told. */
export function effectOfGroup(group) {
  const name = group.groupName ?? group.groupId;
  if (group.problem) return messageBar({ intent: "warning", title: name, body: group.problem.text, live: false });
  const { withPresentOptions: present, withThisDocument: candidate } = group;
  return h(
    "details",
    { class: "effect-group", "data-group": group.groupId },
    h("summary", {}, h("span", { class: "effect-group-name" }, name), " ", h("span", { class: "secondary" }, text.effect.groupSummary(group.difference))),
    h(
      "div",
      { class: "stack" },
      candidate.reason ? h("p", {}, candidate.reason.text) : null,
      countsTable(present?.counts, candidate.counts, text.effect.groupTable(name)),
      group.sample.length > 0 ? [h("p", { class: "effect-group-name" }, text.effect.sample(group.sample.length, group.difference.people)), h("ul", { class: "effect-people" }, group.sample.map(person))] : null,
    ),
  );
}

function person({ name, email, kind, reason, altered }) {
  //  An id tells nobody who somebody is.
  const told = altered.filter(({ path }) => path !== "entraId");
  return h(
    "li",
    {},
    h("div", { class: "row" }, h("span", { class: "effect-person" }, name ?? email ?? text.effect.unnamed), tag(text.effect.kinds[kind] ?? kind, TONES[kind]), name && email ? h("span", { class: "secondary" }, email) : null),
    told.length > 0 ? alteredList(told) : h("p", { class: "secondary" }, reason.text),
  );
}
