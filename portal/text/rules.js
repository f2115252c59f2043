/** What field settings and sync options have in common, and what is read on each. */

import { many } from "./many.js";

const ON = "On";
const OFF = "Off";
const onOff = (is) => (is ? ON : OFF);

export const rules = {
  never: "Not confirmed yet.",
  neverBody: "No sync runs until somebody has looked at the field settings and saved them once.",
  saved: (ago) => `Saved ${ago}`,
  appliesNext: "What is saved applies to the next sync that starts.",
  review: "Review and save",
  confirmAndSave: "Confirm and save",
  save: "Save",
  saveWithoutWaiting: "Save without waiting",
  discard: "Discard changes",
  unchanged: "Nothing is changed yet.",
  unsaved: "You have changes here that are not saved.",
  mendFirst: "Mend what is marked first.",
  done: "Saved. The next sync that starts follows it.",
  sameAlready: "Somebody else has saved the same already.",
  tookTheirs: "Your changes were dropped; this is what is saved now.",
};

export const fields = {
  intro: "Which details of people follow Entra ID.",
  syncMeans: "The field is imported.",
  overwriteMeans: "A differing value that is here already is replaced, and a field that is empty in Entra ID is emptied. Off: imported once; what people have edited here is then kept.",
  field: "Field",
  source: "In Entra ID",
  sync: "Sync",
  overwrite: "Overwrite",
  tableLabel: "Fields",
  switchName: (which, field) => `${which}: ${field}`,
  names: {
    email: "Email",
    name: "Name",
    profilePicture: "Profile picture",
    businessPhone: "Business phone",
    mobilePhone: "Mobile phone",
    jobTitle: "Job title",
    department: "Department",
    company: "Company",
    address: "Address",
  },
  sources: {
    email: "mail, else userPrincipalName",
    name: "givenName and surname, else displayName",
    profilePicture: "photo",
    businessPhone: "businessPhones, the first",
    mobilePhone: "mobilePhone",
    jobTitle: "jobTitle",
    department: "department",
    company: "companyName",
    address: "streetAddress, city, state, postalCode, country, officeLocation",
  },
  emailLocked: "Always on: people are recognised by it.",
  notYet: "Not yet available",
  notYetReason: "Profile pictures are not yet available.",
  syncFirst: "Switch Sync on first.",

  customTitle: "Custom attributes",
  customBody: "Entra ID has 15 extension attributes. Those that you map become custom fields here, under the name that you give.",
  customNone: "No extension attribute is mapped.",
  customAttribute: "Extension attribute",
  customNumber: (number) => `extensionAttribute${number}`,
  customName: "Name here",
  customHint: "A letter, then letters, digits or underscores.",
  customAdd: "Add custom attribute",
  customRemove: (number) => `Remove extension attribute ${number}`,
  customFull: "All 15 are mapped.",
  customRow: (number) => `Extension attribute ${number}`,
  wrongName: "Begin with a letter; then up to 39 letters, digits or underscores.",

  switchesInWords: ({ sync, overwrite }) => (sync ? `Sync on, overwrite ${overwrite ? "on" : "off"}` : "Sync off"),
  customInWords: (one) => (one ? `${one.name}: ${fields.switchesInWords(one)}` : "Not mapped"),
};

export const options = {
  whoComes: "Who is imported",
  whoLeaves: "Who leaves",
  whatFollows: "What follows Entra ID",
  guard: "Removal guard",
  names: {
    importNewUsers: "Import new users",
    includeGuests: "Include guests",
    includeNestedGroups: "Include members of nested groups",
    whenUserLeavesGroup: "When somebody leaves a group in Entra ID",
    whenUserLeavesLastGroup: "When somebody leaves the last linked group",
    whenUserDisabled: "When somebody is disabled in Entra ID",
    updateGroupDetails: "Update group name and description",
    updateCards: "Update business cards",
    removalGuard: "Removal guard",
  },
  hints: {
    importNewUsers: "Off: only people who are in the workspace already are matched and kept current.",
    includeGuests: "Guests of your Entra tenant are imported like colleagues. Off: they are left out.",
    includeNestedGroups: "Groups inside a linked group count too. Such a group is always read in full, which takes longer.",
    updateGroupDetails: "A linked group is called and described here as in Entra ID.",
    updateCards: "Cards show a person's new details at once. Off: cards go on showing what they show.",
  },
  choices: {
    whenUserLeavesGroup: {
      removeFromGroup: ["Take them out of the group", "Their card of that group ends."],
      keep: ["Keep them in the group", "Their card stays as it is."],
    },
    whenUserLeavesLastGroup: {
      deactivate: ["Deactivate them", "They stay in the workspace, inactive."],
      keep: ["Keep them active", "They stay in the workspace as they are, without a group."],
      delete: ["Delete them", "They leave the workspace."],
    },
    whenUserDisabled: {
      deactivate: ["Deactivate them and pause their cards", "Enabled again, both resume."],
      keep: ["Keep them active", "Their cards stay on."],
    },
  },
  guardOn: "Hold syncs that would take out many people",
  guardOnHint: "Additions and updates go through; removals and deactivations wait under Needs approval.",
  guardNumbers: {
    percent: ["Share of the group, in percent", 100],
    minimum: ["and at least so many people", 1_000_000],
    maximum: ["or, whatever the share, more people than", 1_000_000],
  },
  guardInWords: ({ percent, minimum, maximum }) =>
    `Held: more than ${percent} % of a group and at least ${many(minimum, "person", "people")}, or more than ${many(maximum, "person", "people")}, or everybody.`,
  guardOff: "Nothing is held: a mistake in Entra ID takes people out at once.",
  wrongNumber: (largest) => `A whole number from 0 to ${largest.toLocaleString("en")}.`,

  inWords: (name, value) => {
    if (name === "removalGuard") return value.enabled ? options.guardInWords(value) : "Off";
    return typeof value === "boolean" ? onOff(value) : options.choices[name][value][0];
  },
};

export const effect = {
  title: "What saving would change",
  explain: "The next sync of each group, computed on what Entra ID says now. Nothing is saved or synced yet.",
  looking: "Computing the next syncs",
  soFar: (groups) => `${many(groups, "group", "groups")} computed so far …`,
  sentence: ({ cards, people }) => {
    if (cards === 0 && people === 0) return "Would change nothing.";
    return `Would change ${cards === 0 ? "no card" : many(cards, "card", "cards")}; it makes a difference to ${many(people, "person", "people")}.`;
  },
  takeOut: (people) => `Would take out ${many(people, "person", "people")} more.`,
  takeOutFewer: (people) => `Would take out ${many(people, "person", "people")} fewer.`,
  hold: (people) => `Would hold ${many(people, "person", "people")} more for an approval.`,
  first: "Nothing was ever saved, so this is all that the first syncs would do.",
  overlap: "Computed in several parts: somebody who is in several groups may be counted more than once.",
  table: "The next syncs of all groups",
  groupTable: (group) => `The next sync of ${group}`,
  what: "In the next syncs",
  present: "As saved now",
  candidate: "With your changes",
  rows: {
    added: "People added",
    updated: "People updated",
    removed: "People taken out",
    held: "Held for approval",
    refused: "Could not be taken in",
    deactivated: "Deactivated",
    reactivated: "Active again",
    deleted: "Deleted",
    cards: "Cards changed",
  },
  groups: "By group",
  noGroups: "No group is linked yet, so nothing changes.",
  groupSummary: ({ cards, people }) => `${many(cards, "card", "cards")}, ${many(people, "person", "people")}`,
  same: (names) => `No difference: ${names.join(", ")}.`,
  sample: (shown, people) => (people > shown ? `${shown} of ${many(people, "person", "people")}` : many(people, "person", "people")),
  unnamed: "Somebody",
  cannot: "The effect cannot be shown.",
  saveAnyway: "You can save nevertheless.",
  kinds: {
    added: "Added",
    updated: "Updated",
    removed: "Taken out",
    kept: "Kept",
    refused: "Not taken in",
    "held-removal": "Held: removal",
    "held-deactivation": "Held: deactivation",
  },
};
