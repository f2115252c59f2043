/** What is known of a person: their status with why, and each value with what decides about it. */

import { text } from "../text.js";
import { stateBadge, tag } from "./badge.js";
import { h, newId } from "./h.js";
import { icon } from "./icons.js";
import { inOrder } from "./person_form.js";
import { table } from "./table.js";
import { agoTime } from "./time.js";

const TONES = { "follows-entra": "brand", "edited-here": "warning", "not-mapped": "warning" };

/** A part of the page under a heading of its own. */
export function section(title, ...children) {
  const heading = h("h2", { id: newId("section"), tabindex: "-1" }, title);
  return h("section", { class: "stack person-section", "aria-labelledby": heading.id }, heading, children);
}

/** @param {object} person as the API shows them */
export function statusFacts(person) {
  const { facts } = text.person;
  const pairs = [
    [facts.status, stateBadge(person.status)],
    ...(person.inactiveBecause ? [[facts.why, facts.because[person.inactiveBecause]]] : []),
    [facts.origin, facts.origins[person.origin]],
    [facts.entraUser, person.entraUserId ? h("code", {}, person.entraUserId) : facts.notLinked],
  ];
  if (person.entraUserId) {
    const inEntra = { true: facts.enabled, false: facts.disabled }[person.enabledInEntra] ?? facts.unknown;
    pairs.push([facts.inEntra, inEntra], [facts.read, person.readAt ? agoTime(person.readAt) : facts.never]);
  }
  return h("dl", { class: "facts card" }, pairs.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

/** @returns {HTMLElement} with `.update(person)` */
export function valuesTable() {
  const words = text.person.profile;
  const list = table({
    label: words.list,
    rowKey: (row) => row.name,
    columns: [
      { key: "field", header: words.columns.field, isName: true, cell: (row) => text.altered.value(row.name) },
      { key: "value", header: words.columns.value, cell: valueCell },
      { key: "decided", header: words.columns.decidedBy, cell: decidedCell },
    ],
  });
  const update = list.update;
  list.update = ({ values, groups }) => {
    const hasCards = groups.some((group) => group.card);
    update(inOrder(Object.keys(values)).map((name) => ({ name, hasCards, ...values[name] })));
  };
  return list;
}

function valueCell({ value, onCards, hasCards }) {
  const words = text.person.profile;
  const shown = value === null ? h("span", { class: "secondary" }, words.empty) : value;
  if (!hasCards || value === onCards) return shown;
  return [shown, h("div", { class: "secondary behind" }, icon("warning"), words.stillOnCards(onCards ?? words.nothing))];
}

function decidedCell({ decidedBy }) {
  const [name, why] = text.person.profile.decidedBy[decidedBy];
  return h("div", { class: "row" }, tag(name, TONES[decidedBy]), h("span", { class: "secondary" }, why));
}
