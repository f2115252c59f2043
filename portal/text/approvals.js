/** What a person reads on the page Needs approval. */

import { many } from "./many.js";

const people = (count) => many(count, "person", "people");
const s = (count) => (count === 1 ? "s" : "");

/** "2 of them are in no other group and become inactive", of *all* who leave. */
function lastLeft(effect, count, all) {
  const who = count < all ? `${count.toLocaleString("en")} of them` : all > 1 ? "all of them" : "they";
  const isOne = count === 1 && all > 1;
  const are = isOne ? "is" : "are";
  const becomes = effect === "is-deleted" ? `${are} deleted` : `${isOne ? "becomes" : "become"} inactive`;
  return `${who} ${are} in no other group and ${becomes}`;
}

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
    const { none, leaves, deactivated } = counts;
    const last = ["becomes-inactive", "is-deleted"].filter((effect) => counts[effect] > 0);
    const going = last.reduce((sum, effect) => sum + counts[effect], leaves);
    const told = going > 0 ? [`${people(going)} leave${s(going)} ${group}`] : [];
    for (const effect of last) told.push(lastLeft(effect, counts[effect], going));
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
