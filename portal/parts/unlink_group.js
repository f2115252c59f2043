/** Asks before a group is unlinked, with what happens to its people and cards in numbers. */

import { text } from "../text.js";
import { confirm } from "./dialog.js";
import { h } from "./h.js";

/**
 * @param {import("../context.js").Context} context
 * @param {{groupId: string, name: string}} group
 * @returns {Promise<object|null>} the run that unlinks it; null where it stays linked
 */
export async function unlinkGroup(context, { groupId, name }) {
  const words = text.unlinkGroup;
  const { body } = await context.api.get(`/groups/${groupId}`);
  const { exact, cardsEnd, cardsStay, text: ends } = body.unlinkEffect;
  const effect = [
    part(words.ends, [ends, body.hasSchedule ? words.schedule : null]),
    part(words.stays, [cardsStay > 0 ? words.cardsStay(cardsStay) : null, words.historyStays]),
  ];
  if (!(await confirm({ title: words.title(name), body: effect.flat(), action: words.action(cardsEnd, exact), danger: true }))) return null;
  const { body: run } = await context.api.delete(`/groups/${groupId}`);
  context.toast(words.started(name));
  return run;
}

function part(title, sentences) {
  return [h("h3", {}, title), h("ul", { class: "effect-list" }, sentences.filter(Boolean).map((one) => h("li", {}, one)))];
}
