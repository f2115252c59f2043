/** Why a person is still here: what each group says of them, and the cards that are given and taken by hand. */

import { text } from "../text.js";
import { stateBadge, tag } from "./badge.js";
import { button } from "./controls.js";
import { confirm } from "./dialog.js";
import { h } from "./h.js";
import { table } from "./table.js";

const words = text.person.groups;
const TONES = { member: "brand", kept: "warning", refused: "danger" };

/**
 * @param {import("../context.js").Context} context
 * @param {{onTake: (group: object) => void}} options
 * @returns {HTMLElement} a table with `.update(groups)`
 */
export function groupsTable(context, { onTake }) {
  const { columns } = words;
  const disabled = context.mayManage ? null : text.common.needsManage;
  const takeButton = (group) => {
    if (!group.card) return "";
    const refused = disabled ?? (group.card.origin === "sync" ? words.takeSynced : false);
    const made = button({ label: words.take, action: "take", disabled: refused, onClick: () => onTake(group) });
    made.setAttribute("aria-label", words.takeFrom(calledBy(group)));
    return made;
  };
  return table({
    label: words.list,
    rowKey: (group) => group.groupId,
    columns: [
      { key: "group", header: columns.group, isName: true, cell: (group) => groupLink(context, group) },
      { key: "place", header: columns.place, cell: (group) => placeCell(context, group) },
      { key: "card", header: columns.card, cell: cardCell },
      { key: "by", header: columns.by, cell: ({ card }) => (card ? words.cardBy[card.origin] : null) },
      { key: "take", header: columns.actions, headerHidden: true, align: "end", cell: takeButton },
    ],
  });
}

/** One sentence that answers "why is this person still here?". */
export function keptBy({ groups, origin }) {
  const number = groups.filter((group) => group.card).length;
  return number === 0 && origin === "by-hand" ? words.keptByNone : words.keptBy(number);
}

/** End the card that was given by hand in *group*, after asking; true when it was. */
export async function takeCard(context, path, group, { name }) {
  const called = calledBy(group);
  const agreed = await confirm({ title: words.takeTitle(called), body: words.takeBody(name), action: words.take, danger: true });
  if (!agreed) return false;
  await context.api.delete(`${path}/cards/${encodeURIComponent(group.groupId)}`);
  context.toast(words.taken(called));
  return true;
}

const calledBy = ({ groupName, groupId }) => groupName ?? groupId;

function groupLink(context, { groupId, groupName }) {
  if (groupName === null) return [groupId, h("div", { class: "secondary" }, words.unlinked)];
  return h("a", { href: context.href("group-schedule", { groupId }) }, groupName);
}

function placeCell(context, { place, reason, held, lookedAtNext }) {
  const [name, why] = words.places[place];
  return [
    tag(name, TONES[place]),
    h("div", { class: "secondary" }, why),
    reason ? h("div", { class: "reason" }, reason.text) : null,
    held ? h("div", { class: "reason" }, words.held[held], " ", h("a", { href: context.href("approvals") }, words.decide)) : null,
    lookedAtNext ? h("div", { class: "secondary" }, words.lookedAtNext) : null,
  ];
}

function cardCell({ card }) {
  if (!card) return h("span", { class: "secondary" }, words.noCard);
  return [stateBadge(card.state, { words: words.cardStates[card.state] }), h("div", { class: "secondary" }, words.card(card.version))];
}
