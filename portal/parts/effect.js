/**
 * What saving a document of field settings and sync options would change, asked for part by part.
 *
 *     const panel = effectPanel({ api, document, signal, onDone });
 */

import { Problem } from "../api.js";
import { text } from "../text.js";
import { announce } from "./announcer.js";
import { progress } from "./controls.js";
import { effectOfGroup, countsTable } from "./effect_groups.js";
import { fill, h } from "./h.js";
import { messageBar } from "./message_bar.js";

/**
 * @param {{api: object, document: object, signal: AbortSignal, onDone: () => void,
 *   onInvalid: (problem: import("../api.js").Problem) => boolean}} options
 *   *onDone*: there is nothing more to wait for; *onInvalid*: whether the problem is shown where its cause is
 */
export function effectPanel({ api, document: rules, signal, onDone, onInvalid }) {
  const panel = h("div", { class: "stack effect" }, h("p", { class: "secondary" }, text.effect.explain));
  const soFar = h("p", { class: "secondary", role: "status" });
  const waiting = h("div", { class: "stack" }, progress({ label: text.effect.looking }), soFar);
  const shown = h("div", { class: "stack" });
  panel.append(waiting, shown);
  ask().then(onDone);

  async function ask() {
    const answers = [];
    try {
      let continuationToken;
      do {
        const { body } = await api.post("/sync-options/effect", rules, { query: { continuationToken }, signal });
        answers.push(body);
        ({ continuationToken } = body);
        soFar.textContent = text.effect.soFar(answers.flatMap(({ groups }) => groups).length);
        fill(shown, effectOf(answers));
      } while (continuationToken);
      announce(text.effect.sentence(differenceOf(answers)));
    } catch (failure) {
      if (signal.aborted) return;
      if (!(failure instanceof Problem)) throw failure;
      if (!onInvalid(failure)) shown.prepend(messageBar({ intent: "warning", title: text.effect.cannot, body: `${failure.detail} ${text.effect.saveAnyway}` }));
    } finally {
      waiting.remove();
    }
  }
  return panel;
}

function effectOf(answers) {
  const groups = answers.flatMap((answer) => answer.groups);
  if (groups.length === 0) return h("p", { class: "effect-sentence" }, text.effect.noGroups);
  const candidate = sum(answers.map(({ totals }) => totals.withThisDocument));
  const before = answers.map(({ totals }) => totals.withPresentOptions).filter(Boolean);
  const present = before.length > 0 ? sum(before) : null;
  const same = groups.filter(({ difference, problem }) => !problem && difference.people === 0 && difference.cards === 0);
  return [
    h("div", { class: "effect-sentence" }, [text.effect.sentence(differenceOf(answers)), ...removalsIn(present, candidate)].map((one) => h("p", {}, one))),
    present ? null : h("p", { class: "secondary" }, text.effect.first),
    answers.length > 1 ? h("p", { class: "secondary" }, text.effect.overlap) : null,
    countsTable(present, candidate, text.effect.table),
    h("h3", {}, text.effect.groups),
    groups.filter((group) => !same.includes(group)).map(effectOfGroup),
    same.length > 0 ? h("p", { class: "secondary" }, text.effect.same(same.map((group) => group.groupName ?? group.groupId))) : null,
  ];
}

const differenceOf = (answers) => sum(answers.map(({ totals }) => totals.difference));

/** Who is taken out or held is what nobody wants to be surprised by. */
function removalsIn(present, candidate) {
  const more = (name) => candidate[name] - (present?.[name] ?? 0);
  return [
    more("removed") > 0 ? text.effect.takeOut(more("removed")) : null,
    more("removed") < 0 ? text.effect.takeOutFewer(-more("removed")) : null,
    more("held") > 0 ? text.effect.hold(more("held")) : null,
  ].filter(Boolean);
}

function sum(counts) {
  const total = {};
  for (const one of counts) for (const [name, count] of Object.entries(one)) total[name] = (total[name] ?? 0) + count;
  return total;
}
