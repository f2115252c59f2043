/** What a person reads about one run, in its drawer. */

import { many } from "./many.js";

const people = (count) => many(count, "person", "people");

const TYPES = {
  device: ["device", "devices"],
  group: ["nested group", "nested groups"],
  orgContact: ["contact", "contacts"],
  servicePrincipal: ["service principal", "service principals"],
};
const TITLES = {
  sync: (group) => `Sync of ${group}`,
  preview: (group) => `Preview of ${group}`,
  decision: (group) => `Decision in ${group}`,
  undo: (group) => `Undo in ${group}`,
  unlink: (group) => `Unlinking of ${group}`,
};

export const run = {
  title: "Sync run",
  titleOf: (mode, group) => (TITLES[mode] ?? TITLES.sync)(group),
  tabs: "Parts of this run",
  overview: "Overview",
  changes: "Changes",
  history: "History",

  modeLabel: "Kind",
  modes: {
    sync: "Sync",
    preview: "Preview: nobody is changed",
    decision: "Sync that carries out what was decided about held removals",
    undo: "Undo of another run",
    unlink: "End of the group's link",
  },
  modesShort: { sync: "Sync", preview: "Preview", decision: "Decision", undo: "Undo", unlink: "Unlink" },
  trigger: "Started by",
  triggers: { night: (night) => `The schedule, for the night of ${night}`, manual: () => "A person" },
  about: { undo: "Undoes", decision: "Decides about" },
  aboutLink: (when) => `the run of ${when}`,
  queued: "Queued",
  started: "Started",
  ended: "Ended",
  duration: "Duration",
  notBegun: "Not begun",
  attempts: "Attempts",
  attemptsOf: (count) => `${count}: it was interrupted, and went on`,
  id: "Run id",

  steps: "Steps",
  stepStates: { done: "Done", now: "Now", waiting: "To come", stopped: "Stopped here", missed: "Not reached" },
  stepNames: {
    queue: "Waiting in the queue",
    reading: {
      sync: "Reading Entra ID, adding and updating people",
      preview: "Reading Entra ID",
      decision: "Reading Entra ID, adding and updating people",
      undo: "Putting people back",
    },
    removing: {
      sync: "Taking out who left",
      preview: "Finding out who would leave",
      decision: "Taking out whom you approved",
      unlink: "Ending the cards of this group",
    },
    closing: "Writing down how it ended",
  },
  soFar: (counts) => `${people(counts.read)} read, ${counts.added} added, ${counts.updated} updated, ${counts.removed} removed so far.`,
  putBackSoFar: (counts) => `${people(counts.added + counts.updated + counts.removed)} put back so far.`,
  isOver: (state) => `The run is over: ${state}.`,

  proof: "Proof of the read",
  proofComplete: (seen, counted) => `${seen.toLocaleString("en")} of ${people(counted)} seen.`,
  proofUncounted: (seen) => `${people(seen)} seen; Entra gave no count to check it against.`,
  proofMissing: (missing) => `${missing === null ? "Not everybody" : `${people(missing)} not seen`}, so nobody was taken out.`,
  proofRead: (pages, readings) => (readings > 1 ? `Read ${readings} times, ${many(pages, "page", "pages")}.` : `Read in ${many(pages, "page", "pages")}.`),
  proofOthers: (others) =>
    `Also in the group, never imported: ${Object.entries(others)
      .map(([type, count]) => many(count, ...(TYPES[type] ?? [type, type])))
      .join(", ")}.`,

  counts: {
    label: "People in this run",
    labelPreview: "People a sync would change",
    read: "Read",
    added: "Added",
    updated: "Updated",
    removed: "Removed",
    refused: "Not taken in",
    held: "Held",
  },

  previewTitle: "This is a preview.",
  previewBody: "Nobody was changed. A sync now would do this, as long as Entra stays as it is.",
  review: "Review and decide",
  fix: {
    connection: "Repair the connection",
    fields: "Confirm the field settings",
    schedule: "Open the group's schedule",
    changes: "See who",
  },
  holdStates: {
    decided: (when) => `It was decided about these removals ${when}.`,
    expired: () => "Nobody decided in time; this list has expired. The next sync freezes a new one if people are still to go.",
    replaced: () => "A newer run froze another list in place of this one.",
    obsolete: () => "A newer run found nobody to take out any more.",
  },

  cancel: "Cancel run",
  cancelTitle: "Cancel this run?",
  cancelQueued: "It has not begun, so nothing is changed.",
  cancelSync: (counts) =>
    `It stops within half a minute. What it has changed by then stays and can be undone: ${counts.added} added, ${counts.updated} updated, ${counts.removed} removed so far. Whoever was still to be changed or taken out is left alone.`,
  cancelUndo: (counts) => `It stops within half a minute. Who was put back by then stays so (${people(counts.added + counts.updated + counts.removed)} so far); the others are left as they are.`,
  cancelPreview: "It stops within half a minute. Nobody is changed, with or without it.",
  cancelKeep: "Let it run",
  cancelAsked: "Cancelling. It stops at its next sign of life, within half a minute.",
  cancelled: "The run is cancelled.",
  goesThrough: {
    decision: "What was decided is carried out as a whole. Undo it when it is over.",
    unlink: "The end of a link cannot be cancelled.",
  },

  undo: "Undo",
  undoTitle: "Undo this run?",
  undoNothing: "This run changed nobody.",
  undoAction: (counts) => `Undo for ${people(counts.added + counts.updated + counts.removed)}`,
  undoEffects: [
    ["added", (count) => `${people(count)} that it added ${count === 1 ? "leaves" : "leave"} the group again.`],
    ["updated", (count) => `${people(count)} that it updated ${count === 1 ? "gets" : "get"} the old values back.`],
    ["removed", (count) => `${people(count)} that it removed ${count === 1 ? "comes" : "come"} back, with their cards.`],
  ],
  undoLeft: "Whoever has changed since is left as they are, and listed.",
  undoRedoneTitle: "The next sync would make these changes again.",
  undoRedone: (when) => (when ? `It is due ${when}. Pause the schedule, or change Entra before then.` : "Change Entra before you sync this group again."),
  undoUndone: "This brings back what was undone.",

  list: "Changes person by person",
  filter: "Filter by kind",
  kinds: { added: "Added", updated: "Updated", removed: "Removed", refused: "Not taken in", kept: "Kept", outdated: "Left alone" },
  csv: "Download CSV",
  csvMade: (parts) => `The CSV file is saved${parts > 1 ? `, put together from ${parts} pages` : ""}.`,
  columns: { person: "Person", kind: "Change", altered: "What changed", reason: "Why" },
  unnamed: "Deleted person",
  moreValues: (count) => many(count, "more value", "more values"),
  noChanges: "This run changed nobody.",
  noChangesBody: { over: "Everybody was already as Entra has them.", open: "Whom it changes is listed here as soon as it is stored." },
  noneOfKind: "Nobody of this kind.",
  shownSoFar: (shown) => `${people(shown)} shown`,

  chart: "People changed in each run",
  chartSummary: (runs, counts) =>
    `${many(runs, "run", "runs")}, oldest first: ${counts.added.toLocaleString("en")} added, ${counts.updated.toLocaleString("en")} updated and ${counts.removed.toLocaleString("en")} removed in all. The table below has each number.`,
  chartBar: (what, counts) => `${what}: ${counts.added} added, ${counts.updated} updated, ${counts.removed} removed`,
  chartScale: "Each line stands for ten times as many people as the one below.",
  chartPreview: "Preview",
  runs: "Runs of this group",
  runColumns: { when: "When", mode: "Kind", state: "State", counts: "Changes", duration: "Duration" },
  thisRun: "This run",
};
