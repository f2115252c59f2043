/** The dialog that makes a person by hand. */

import { text } from "../text.js";
import { openDialog } from "./dialog.js";
import { h } from "./h.js";
import { builtIn, personForm } from "./person_form.js";

/** @param {import("../context.js").Context} context */
export async function addPerson(context) {
  const { body: rules } = await context.api.get("/sync-options");
  const custom = Object.values(rules.customAttributes).map(({ name }) => name);
  const form = personForm([...builtIn(), ...custom].map((name) => ({ name })));
  const add = async ({ close }) => {
    const values = form.changes();
    let made;
    try {
      made = await context.api.post("/recipients", { values: { email: null, ...values } });
    } catch (problem) {
      if (form.explain(problem)) return false;
      throw problem;
    }
    close();
    context.toast(text.personForm.added(values.name ?? values.email));
    context.navigate(context.href("person", { recipientId: made.body.recipientId }));
  };
  openDialog({
    title: text.personForm.addTitle,
    body: [h("p", { class: "secondary" }, text.personForm.addExplain), form],
    wide: true,
    actions: [{ label: text.personForm.addAction, primary: true, run: add }],
  });
}
