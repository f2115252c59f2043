/** What a run's record says, in words; pure. */

import { utcDay } from "../format.js";
import { text } from "../text.js";

const OPEN = new Set(["queued", "running", "retrying"]);
const UNDOABLE = new Set(["sync", "decision", "undo"]);
const PHASES = ["queue", "reading", "removing", "closing"];
const PHASES_OF = { undo: ["queue", "reading", "closing"], unlink: ["queue", "removing", "closing"] };

export const isOpen = (run) => OPEN.has(run.state);

export const isUndoable = (run) => UNDOABLE.has(run.mode);

/** How many people the run changed. */
export const changed = ({ counts }) => counts.added + counts.updated + counts.removed;

/** When a run was due or asked for: its id begins with it. */
export function timeOf(runId) {
  const [, year, month, day, hours, minutes, seconds] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(runId);
  return new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds));
}

/** @returns {{name: string, state: "done"|"now"|"waiting"|"stopped"|"missed"}[]} the run's steps, in their order */
export function stepsOf(run) {
  const phases = PHASES_OF[run.mode] ?? PHASES;
  const at = reached(run, phases);
  return phases.map((phase, index) => ({
    name: nameOf(phase, run.mode),
    state: index < at ? "done" : isOpen(run) ? (index > at ? "waiting" : "now") : index > at ? "missed" : "stopped",
  }));
}

/** Which step the run is at, or stopped at; their number once all are done. */
function reached(run, phases) {
  if (isOpen(run)) return Math.max(0, phases.indexOf(run.startedAt ? (run.phase ?? "reading") : "queue"));
  if (["succeeded", "succeeded-with-warnings", "held"].includes(run.state)) return phases.length;
  if (!run.startedAt) return 0;
  return run.proof ? phases.indexOf("removing") : 1;
}

function nameOf(phase, mode) {
  const said = text.run.stepNames[phase];
  return typeof said === "string" ? said : (said[mode] ?? said.sync);
}

/** "20 of 20 people seen. Read in 1 page. …" */
export function proofInWords({ users, counted, complete, pages, readings, others }) {
  const { run } = text;
  return [
    counted === null ? run.proofUncounted(users) : run.proofComplete(users, counted),
    complete ? null : run.proofMissing(counted > users ? counted - users : null),
    run.proofRead(pages, readings),
    Object.keys(others).length > 0 ? run.proofOthers(others) : null,
  ].filter(Boolean).join(" ");
}

/** What started it: "The schedule, for the night of Mon 23 Nov 2026". */
export const triggerInWords = (run) => text.run.triggers[run.trigger](run.night ? utcDay(run.night) : "");
