/** Change a person by hand: values in a dialog, the status at once; what somebody else changed meanwhile is shown. */

import { text } from "../text.js";
import { alteredValue } from "./altered.js";
import { resolveConflict } from "./conflict.js";
import { confirm, openDialog } from "./dialog.js";
import { h } from "./h.js";
import { messageBar } from "./message_bar.js";
import { inOrder, personForm } from "./person_form.js";

const NOT_EDITABLE = { "follows-entra": text.personForm.followsEntra, "not-mapped": text.personForm.notMapped };

/**
 * @typedef {{body: object, etag: string}} Found a person as the API answered
 * @param {import("../context.js").Context} context @param {string} path of the person @param {Found} found
 * @param {{name: string, onSaved: () => Promise<void>}} around
 */
export function editPerson(context, path, found, { name, onSaved }) {
  const { values } = found.body;
  const form = personForm(inOrder(Object.keys(values)).map((one) => ({ name: one, value: values[one].value, reason: values[one].editable ? null : NOT_EDITABLE[values[one].decidedBy] })));
  const save = async ({ close }) => {
    const changes = form.changes();
    let done = false;
    try {
      if (Object.keys(changes).length > 0) done = await store(context, path, { values: changes }, found);
    } catch (problem) {
      if (form.explain(problem)) return false;
      throw problem;
    }
    if (done === null) return false;
    //  What is said inside the dialog would go with it.
    close();
    if (done) context.toast(text.personForm.saved);
    else context.toast(text.personForm.unchanged, { intent: "info" });
    await onSaved();
  };
  const isAll = Object.values(values).every(({ editable }) => !editable);
  const isSome = Object.values(values).some(({ decidedBy }) => decidedBy === "follows-entra");
  const told = isSome ? messageBar({ body: [isAll ? text.personForm.allFollow : text.personForm.someFollow, " ", h("a", { href: context.href("fields") }, text.nav.fields)], live: false }) : null;
  const dialog = openDialog({ title: text.personForm.editTitle(name), body: [told, form].filter(Boolean), wide: true, actions: [{ label: text.personForm.editAction, primary: true, run: save }] });
  dialog.element.querySelector(".input:not([readonly])")?.focus();
}

/** Make the person inactive, after asking, or active. */
export async function changeStatus(context, path, found, { name, status, onSaved }) {
  const words = text.person.actions;
  if (status === "inactive") {
    const cards = found.body.groups.filter((group) => group.card).length;
    const agreed = await confirm({ title: words.deactivateTitle(name), body: words.deactivateBody(cards), action: words.deactivate });
    if (!agreed) return;
  }
  const done = await store(context, path, { status }, found);
  if (done) context.toast(status === "inactive" ? words.deactivated(name) : words.activated(name));
  await onSaved();
}

/** @returns {Promise<boolean|null>} false: what somebody else saved stays; null: not decided */
async function store(context, path, change, found) {
  for (let known = found; ; ) {
    try {
      await context.api.patch(path, change, { ifMatch: known.etag });
      return true;
    } catch (problem) {
      if (problem.status !== 412) throw problem;
    }
    const now = await context.api.get(path);
    const choice = await resolveConflict({ title: text.person.conflict.title, fields: bothVersions(change, found.body, now.body) });
    if (choice !== "mine") return choice === null ? null : false;
    known = now;
  }
}

/** What either side changed: as the form has it, and as it is stored now. */
function bothVersions(change, before, now) {
  if (change.status) return [{ label: text.altered.other("status"), mine: text.states[change.status], theirs: text.states[now.status] }];
  const [mine, old, theirs] = [change.values, valuesOf(before), valuesOf(now)];
  const names = Object.keys({ ...old, ...theirs }).filter((name) => name in mine || old[name] !== theirs[name]);
  return inOrder(names).map((name) => ({
    label: text.altered.value(name),
    mine: alteredValue(name in mine ? mine[name] : (old[name] ?? null)),
    theirs: alteredValue(theirs[name] ?? null),
  }));
}

const valuesOf = ({ values }) => Object.fromEntries(Object.entries(values).map(([name, { value }]) => [name, value]));
