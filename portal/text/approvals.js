/** What a person reads on the page Needs approval. */

import { many } from "./many.js";

const people = (count) => many(count, "person", "people");
const s = (count) => (count === 1 ? "s" : "");
const them = (count, all) => (count === all ? "them" : many(count, "of them", "of them"));
const LAST = {
  "becomes-inactive": (count) => `become${s(count)} inactive`,
  "is-deleted": (count) => `${count === 1 ? "is" : "are"} deleted`,
};
const IN_NO_OTHER = (count) => `${count === 1 ? "is" : "are"} in no other group and `;

export const approvals = {
  intro: "A sync that would take out unusually many people waits for you. Additions and updates have gone through; these removals have not.",
  none: "Nothing waits for your approval",
  noneBody: "When a sync would take out unusually many people, it asks here first.",
  toSchedules: "Go to Scheduled Syncs",
  waiting: (count) => `${people(count)} wait${s(count)}`,
  expires: (countdown) => `Expires ${countdown}`,
  expired: "Expired",
  expiresLabel: "If nobody decides until then, nobody is taken out; the next sync asks again.",
  frozen: (ago) => `Held ${ago}`,
  showRun: "Show the run",
  list: (group) => `Held removals of ${group}`,
  columns: { name: "Name", email: "E-mail", effect: "If approved", reason: "Why" },
  effects: { none: "Stays as they are", leaves: "Leaves the group", "becomes-inactive": "Becomes inactive", "is-deleted": "Is deleted" },
  unnamed: "Deleted person",
  select: (name) => `Select ${name}`,
  selectAll: "Select all",
  selectEverybody: (count) => `Select all ${people(count)}`,
  allSelected: (count) => `All ${people(count)} of this list are selected.`,
  shownSelected: (shown, all) => `The ${shown.toLocaleString("en")} shown of ${people(all)} are selected.`,
  selected: (count) => (count === 0 ? "Nobody selected" : `${people(count)} selected`),
  approve: "Approve",
  reject: "Reject",
  selectFirst: "Select people first.",

  approveTitle: (group) => `Approve removals from ${group}?`,
  rejectTitle: (group) => `Reject removals from ${group}?`,
  /** *counts*: of each effect; null where not everybody concerned is known. */
  leave: (count, group, counts) => {
    if (counts === null) return `${people(count)} leave${s(count)} ${group}, or become${s(count)} inactive, as the list tells.`;
    const { none, leaves, lastLeft, deactivated } = counts;
    const goes = leaves + Object.values(lastLeft).reduce((sum, one) => sum + one, 0);
    const told = goes > 0 ? [`${people(goes)} leave${s(goes)} ${group}`] : [];
    for (const [effect, number] of Object.entries(lastLeft)) {
      if (number > 0) told.push(`${them(number, goes)} ${IN_NO_OTHER(number)}${LAST[effect](number)}`);
    }
    if (deactivated > 0) told.push(`${people(deactivated)} in the group become${s(deactivated)} inactive`);
    if (none > 0) told.push(`${people(none)} stay${s(none)} as they are`);
    return `${told.join("; ")}.`;
  },
  stay: (count, group) => `${people(count)} stay${s(count)} in ${group}, with their card${count === 1 ? "" : "s"}, until Entra shows them again.`,
  checked: "Each is looked up in Entra once more before anything is done. The run that does it can be undone.",
  rest: (count) => `What about the other ${people(count)}?`,
  restWaits: "Decide later",
  restWaitsHint: "They go on waiting, on a new list.",
  restRejected: "Reject: they stay in the group",
  restApproved: "Approve: they are taken out, too",
  approveAction: (count) => `Approve for ${people(count)}`,
  rejectAction: (count) => `Reject for ${people(count)}`,
  decided: (group) => `Decided about ${group}. The run that carries it out is on its way.`,
  outdated: (group) => `The list of ${group} has changed.`,
  outdatedBody: "Nothing was decided. A newer run froze another list, or somebody else has decided; this is how it is now.",
};
