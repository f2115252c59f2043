/** Sync options: who is imported, who leaves, what follows Entra ID, and when a person is asked first. */

import { checkbox, radios } from "../parts/controls.js";
import { h } from "../parts/h.js";
import { removalGuard } from "../parts/removal_guard.js";
import { rulesEditor } from "../parts/rules_editor.js";
import { text } from "../text.js";

const SECTIONS = [
  [text.options.whoComes, ["importNewUsers", "includeGuests", "includeNestedGroups"]],
  [text.options.whoLeaves, ["whenUserLeavesGroup", "whenUserLeavesLastGroup", "whenUserDisabled"]],
  [text.options.whatFollows, ["updateGroupDetails", "updateCards"]],
];

/** @param {import("../context.js").Context} context */
export async function show(context) {
  const editor = await rulesEditor(context, { parts: ["options"], form, inWords });
  return h("div", { class: "stack settings" }, h("h2", {}, text.nav.options), editor);
}

function form({ options }, { disabled, onChange }) {
  const value = structuredClone(options);
  const set = (name) => (now) => {
    value[name] = now;
    onChange();
  };
  const control = (name) => (name in text.options.choices ? choiceOf(name, value[name], { disabled, onChange: set(name) }) : switchOf(name, value[name], { disabled, onChange: set(name) }));
  const guard = removalGuard(value.removalGuard, { disabled, onChange: set("removalGuard") });
  const sections = SECTIONS.map(([title, names]) => section(title, names.map(control)));
  return {
    element: h("div", { class: "option-sections" }, sections, section(text.options.guard, guard.element)),
    value: { options: value },
    check: guard.check,
    fault: guard.fault,
  };
}

const section = (title, ...content) => h("section", { class: "card stack" }, h("h3", {}, title), content);

const switchOf = (name, checked, { disabled, onChange }) =>
  checkbox({ label: text.options.names[name], hint: text.options.hints[name], checked, disabled: Boolean(disabled), onChange });

function choiceOf(name, value, { disabled, onChange }) {
  const choices = Object.entries(text.options.choices[name]).map(([one, [label, hint]]) => ({ value: one, label, hint }));
  const group = radios({ label: text.options.names[name], options: choices, value, onChange });
  group.disabled = Boolean(disabled);
  return group;
}

function inWords({ key }, { options }) {
  return { label: text.options.names[key], words: text.options.inWords(key, options[key]) };
}
