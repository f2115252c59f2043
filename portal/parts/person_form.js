/** The fields of a person to fill in: made by hand, or edited. */

import { text } from "../text.js";
import { textField } from "./controls.js";
import { h } from "./h.js";

const LONGEST = 1024;
const ORDER = ["name", "email", "jobTitle", "department", "company", "businessPhone", "mobilePhone", "streetAddress", "city", "state", "postalCode", "country", "officeLocation"];
const TYPES = { email: "email", businessPhone: "tel", mobilePhone: "tel" };

/** Names of values as people look for them: the built-in ones in their usual order, then the workspace's own. */
export function inOrder(names) {
  const place = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...names].sort((one, other) => place(one) - place(other) || one.localeCompare(other));
}

export const builtIn = () => [...ORDER];

/**
 * @typedef {{name: string, value?: string|null, reason?: string|null}} FormEntry *reason*: why it cannot be edited
 * @param {FormEntry[]} entries
 * @returns {HTMLElement} with `.changes()`, of what differs from the *entries*, and `.explain(problem)`
 */
export function personForm(entries) {
  const fields = new Map(entries.map((entry) => [entry.name, fieldOf(entry)]));
  const form = h("div", { class: "person-form" }, [...fields.values()]);

  form.changes = () => {
    const changed = entries.filter(({ name, value, reason }) => !reason && typed(name) !== (value ?? ""));
    return Object.fromEntries(changed.map(({ name }) => [name, typed(name) || null]));
  };
  const typed = (name) => fields.get(name).value.trim();

  /** Put what *problem* says beside the fields that it names; false where it names none of them. */
  form.explain = (problem) => {
    for (const field of fields.values()) field.fault(null);
    const wrong = [...fields].filter(([name]) => problem.reasonFor?.(`values.${name}`));
    for (const [name, field] of wrong) field.fault(sentence(name, problem.reasonFor(`values.${name}`)));
    wrong[0]?.[1].control.focus();
    return wrong.length > 0;
  };
  return form;
}

function fieldOf({ name, value, reason }) {
  const field = textField({ label: text.altered.value(name), value: value ?? "", type: TYPES[name] ?? "text", required: name === "email", readonly: Boolean(reason), hint: reason });
  field.control.maxLength = LONGEST;
  field.control.name = name;
  return field;
}

/** The API begins some reasons with the value's own name, and some with what it must be. */
function sentence(name, reason) {
  const rest = reason.startsWith(`${name} `) ? reason.slice(name.length + 1) : reason;
  return /^[a-z]/.test(rest) ? `${text.altered.value(name)} ${rest}` : rest;
}
