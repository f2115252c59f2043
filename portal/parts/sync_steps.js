/** Sync one person now: choose what, and see what each step did. */

import { text } from "../text.js";
import { alteredList } from "./altered.js";
import { announce } from "./announcer.js";
import { stateBadge } from "./badge.js";
import { progress, radios } from "./controls.js";
import { openDialog } from "./dialog.js";
import { fill, h } from "./h.js";
import { messageBar } from "./message_bar.js";

const words = text.person.sync;

/**
 * @param {import("../context.js").Context} context @param {string} path of the person
 * @param {{name: string, groupNames: Map<string, string>, onSynced: () => Promise<void>}} options *groupNames*: of those
 *   that are known, by id
 */
export function syncPerson(context, path, { name, groupNames, onSynced }) {
  const scope = radios({ label: words.scope, options: words.scopes.map(([value, label, hint]) => ({ value, label, hint })), value: "full" });
  const steps = h("div", { class: "sync-steps" });
  const sync = async () => {
    fill(steps, progress({ label: scope.value === "cards" ? words.runningCards : words.running }));
    let result;
    try {
      ({ body: result } = await context.api.post(`${path}/sync`, { scope: scope.value }));
    } catch (problem) {
      fill(steps);
      throw problem;
    }
    fill(steps, stepList(result, groupNames));
    announce(result.failed ? words.failed : words.succeeded);
    steps.scrollIntoView({ block: "nearest" });
    await onSynced();
    return false;
  };
  openDialog({
    title: words.title(name),
    body: [h("p", { class: "secondary" }, words.explain), scope, steps],
    actions: [{ label: words.action, primary: true, run: sync }],
    cancel: text.common.close,
  });
}

/** @param {{failed: boolean, steps: {name: string, state: string, text: string, altered: object[]}[]}} result */
function stepList({ failed, steps }, groupNames) {
  return [
    messageBar({ intent: failed ? "error" : "success", body: failed ? words.failed : words.succeeded, live: false }),
    h(
      "ol",
      { class: "steps", "aria-label": words.steps },
      steps.map((step) =>
        h(
          "li",
          { "data-step": step.name },
          h("div", { class: "row" }, h("strong", {}, words.names[step.name]), stateBadge(step.state, { words: words.states[step.state] })),
          h("p", {}, step.text),
          step.altered.length > 0 ? alteredList(step.altered, { groupNames }) : null,
        ),
      ),
    ),
  ];
}
