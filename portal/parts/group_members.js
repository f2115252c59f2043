/** Who is in one group, with the state of the card. */

import { text } from "../text.js";
import { stateBadge, tag } from "./badge.js";
import { h } from "./h.js";
import { pagedList } from "./paged_list.js";
import { table } from "./table.js";

const PAGE_SIZE = 25;
const PLACE_TONES = { "by-hand": "neutral", kept: "info", refused: "warning", outside: "neutral" };

/** @param {import("../context.js").Context} context @returns {HTMLElement} of `pagedList` */
export function groupMembers(context, groupId) {
  const words = text.groupSchedule.people;
  const list = table({ label: words.list, columns: columnsOf(context), rowKey: ({ recipientId }) => recipientId });
  return pagedList({
    list,
    pageSize: PAGE_SIZE,
    counted: (shown, { isAll }) => words.shown(shown, isAll),
    whenNone: () => h("p", { class: "secondary" }, words.none),
    fetchPage: async (continuationToken, limit) => {
      const { body } = await context.api.get(`/groups/${groupId}/members`, { limit, continuationToken });
      return { rows: body.members, next: body.continuationToken };
    },
  });
}

function columnsOf(context) {
  const words = text.groupSchedule.people;
  return [
    {
      key: "name",
      header: words.name,
      isName: true,
      cell: ({ recipientId, name }) => h("a", { href: context.href("person", { recipientId }) }, name || words.unnamed),
    },
    { key: "email", header: words.email, cell: ({ email }) => email },
    {
      key: "place",
      header: words.place,
      cell: ({ place, reason, inactiveBecause }) => [
        place === "member" ? words.places.member : tag(words.places[place], PLACE_TONES[place]),
        reason ? h("p", { class: "why" }, reason.text) : null,
        inactiveBecause ? h("p", { class: "why" }, words.inactive[inactiveBecause]) : null,
      ].filter(Boolean),
    },
    { key: "card", header: words.card, cell: ({ card }) => cardOf(card) },
  ];
}

function cardOf(card) {
  const words = text.groupSchedule.people;
  if (card === null) return h("span", { class: "secondary" }, words.noCard);
  return stateBadge(card.state, { words: (card.state === "active" ? words.cardActive : words.cardPaused)(card.version) });
}
