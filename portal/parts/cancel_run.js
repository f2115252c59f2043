/** Cancel a run that waits or works, with what that does in numbers. */

import { text } from "../text.js";
import { button } from "./controls.js";
import { openDialog } from "./dialog.js";

/** @param {(run: object) => void} onRun told of the run as the cancel leaves it */
export function cancelButton(context, about, run, onRun) {
  const why = text.run.goesThrough[run.mode] ?? (context.mayManage ? null : text.common.needsManage);
  const asked = run.cancelAskedAt ? text.run.cancelAsked : null;
  return button({ label: text.run.cancel, icon: "stop", disabled: why ?? asked ?? false, onClick: () => ask(context, about, run, onRun) });
}

function ask(context, { path }, run, onRun) {
  openDialog({
    title: text.run.cancelTitle,
    body: effectOf(run),
    cancel: text.run.cancelKeep,
    danger: true,
    actions: [
      {
        label: text.run.cancel,
        primary: true,
        run: async () => onRun((await context.api.post(`${path}/${run.runId}/cancel`)).body),
      },
    ],
  });
}

function effectOf(run) {
  if (!run.startedAt) return text.run.cancelQueued;
  if (run.mode === "preview") return text.run.cancelPreview;
  return run.mode === "undo" ? text.run.cancelUndo(run.counts) : text.run.cancelSync(run.counts);
}
