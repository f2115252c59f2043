/** Undo a run: what comes back in numbers, and that the next sync would do it again. */

import { utcTime } from "../format.js";
import { text } from "../text.js";
import { button } from "./controls.js";
import { openDialog } from "./dialog.js";
import { h } from "./h.js";
import { messageBar } from "./message_bar.js";
import { changed } from "./run_words.js";

/** @param {import("../context.js").Context} context @param {import("../pages/run_drawer.js").About} about */
export function undoButton(context, about, run) {
  const why = changed(run) === 0 ? text.run.undoNothing : context.mayManage ? false : text.common.needsManage;
  return button({ label: text.run.undo, icon: "undo", disabled: why, onClick: () => ask(context, about, run) });
}

async function ask(context, about, run) {
  const nextRun = await nextRunOf(context, about);
  const effects = text.run.undoEffects.filter(([name]) => run.counts[name] > 0).map(([name, words]) => h("li", {}, words(run.counts[name])));
  openDialog({
    title: text.run.undoTitle,
    body: [h("ul", { class: "effects" }, effects), text.run.undoLeft, warning(run, nextRun)],
    danger: true,
    actions: [{ label: text.run.undoAction(run.counts), primary: true, run: ({ close }) => undo(context, about, run, close) }],
  });
}

function warning(run, nextRun) {
  if (run.mode === "undo") return text.run.undoUndone;
  return messageBar({ intent: "warning", title: text.run.undoRedoneTitle, body: text.run.undoRedone(nextRun && utcTime(nextRun)), live: false });
}

async function undo(context, { groupId, path }, run, close) {
  const { body } = await context.api.post(`${path}/${run.runId}/undo`);
  //  First, or it would give the focus back to a button of a drawer that is not there any more.
  close();
  context.changed();
  context.navigate(context.runHref(groupId, body.runId));
}

/** When the group syncs next by itself; null where it does not, or that cannot be told now. */
async function nextRunOf(context, { groupId, group }) {
  if (!group?.hasSchedule) return null;
  try {
    return (await context.api.get(`/groups/${encodeURIComponent(groupId)}/schedule`)).body.nextRun;
  } catch (failure) {
    if (context.signal.aborted) throw failure;
    return null;
  }
}
