/** A run at a glance: how far it is or how it ended, why, how many people, and what can be done about it. */

import { duration, number, utcTime } from "../format.js";
import { text } from "../text.js";
import { cancelButton } from "./cancel_run.js";
import { progress } from "./controls.js";
import { fill, h } from "./h.js";
import { icon } from "./icons.js";
import { messageBar } from "./message_bar.js";
import { reasonBar } from "./run_reason.js";
import { isOpen, isUndoable, proofInWords, stepsOf, timeOf, triggerInWords } from "./run_words.js";
import { agoTime, exactly, sinceTime } from "./time.js";
import { undoButton } from "./undo.js";

const COUNTS = ["added", "updated", "removed", "held", "refused", "read"];
const SIGNS = { done: "success", now: "refresh", waiting: "clock", stopped: "error", missed: "stop" };

/**
 * @param {import("../context.js").Context} context
 * @param {import("../pages/run_drawer.js").About} about
 * @param {{onRun: (run: object) => void}} options told of the run as an action has left it
 * @returns {HTMLElement} with `.update(run)`
 */
export function runOverview(context, about, { onRun }) {
  const actions = h("div", { class: "command-bar" });
  const messages = h("div", { class: "stack" });
  const bar = h("div", {});
  const counts = h("dl", { class: "tiles" });
  const steps = h("ol", { class: "steps" });
  const facts = h("dl", { class: "facts" });
  let acted = "";
  let explained = "";
  const element = h("div", { class: "stack" }, messages, bar, actions, counts, h("h3", {}, text.run.steps), steps, facts);

  element.update = (run) => {
    //  What has the focus is not made anew while it says the same.
    const canAct = JSON.stringify([run.state, run.cancelAskedAt, run.startedAt === null, isOpen(run) ? null : run.counts]);
    if (canAct !== acted) fill(actions, isOpen(run) ? cancelButton(context, about, run, onRun) : isUndoable(run) ? undoButton(context, about, run) : null);
    acted = canAct;
    const why = JSON.stringify([run.state, run.reason, run.cancelAskedAt]);
    if (why !== explained) fill(messages, previewBar(run), cancelBar(run), reasonBar(context, about, run));
    explained = why;
    showProgress(bar, run);
    counts.setAttribute("aria-label", run.mode === "preview" ? text.run.counts.labelPreview : text.run.counts.label);
    fill(counts, COUNTS.map((name) => tile(name, run.counts[name])));
    fill(steps, stepsOf(run).map(step));
    fill(facts, factsOf(context, about, run).map(([label, value]) => [h("dt", {}, label), h("dd", {}, value)]));
  };
  return element;
}

function previewBar(run) {
  if (run.mode !== "preview") return null;
  return messageBar({ title: text.run.previewTitle, body: text.run.previewBody, live: false });
}

function cancelBar(run) {
  return isOpen(run) && run.cancelAskedAt ? messageBar({ intent: "warning", body: text.run.cancelAsked }) : null;
}

/** The bar of a run at work; one bar, so that it moves on and does not begin again. */
function showProgress(place, run) {
  if (!isOpen(run)) return fill(place);
  const current = stepsOf(run).find(({ state }) => state === "now");
  if (!place.firstChild) fill(place, progress({ label: text.run.steps }), h("p", { class: "progress-words", role: "status" }));
  const words = `${current.name}. ${run.startedAt ? soFar(run) : ""}`.trim();
  if (place.lastChild.textContent !== words) place.lastChild.textContent = words;
  place.firstChild.setAttribute("thickness", "large");
  place.firstChild.setAttribute("aria-valuetext", current.name);
}

const soFar = (run) => (run.mode === "undo" ? text.run.putBackSoFar(run.counts) : text.run.soFar(run.counts));

const tile = (name, count) =>
  h("div", { class: count > 0 ? `tile ${name}` : "tile none" }, h("dt", {}, text.run.counts[name]), h("dd", {}, number(count)));

const step = ({ name, state }) =>
  h("li", { class: `step ${state}`, "aria-current": state === "now" ? "step" : null }, icon(SIGNS[state]), h("span", {}, name), h("span", { class: "secondary" }, text.run.stepStates[state]));

function factsOf(context, { groupId }, run) {
  const { run: words } = text;
  return [
    [words.modeLabel, words.modes[run.mode]],
    run.about ? [words.about[run.mode], h("a", { href: context.runHref(groupId, run.about) }, words.aboutLink(utcTime(timeOf(run.about))))] : null,
    [words.trigger, triggerInWords(run)],
    run.proof ? [words.proof, h("span", { class: "proof" }, proofInWords(run.proof))] : null,
    [words.duration, lasted(run)],
    ...["queued", "started", "ended"].map((what) => run[`${what}At`] && [words[what], [agoTime(run[`${what}At`]), " ", h("span", { class: "secondary" }, exactly(run[`${what}At`]))]]),
    run.attempts > 1 ? [words.attempts, words.attemptsOf(run.attempts)] : null,
    [words.id, h("code", {}, run.runId)],
  ].filter(Boolean);
}

function lasted(run) {
  if (run.durationSeconds !== null) return duration(run.durationSeconds);
  return run.startedAt ? sinceTime(run.startedAt) : text.run.notBegun;
}
