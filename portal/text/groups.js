/** What a person reads about linked groups: their list, linking, unlinking, and one group's page. */

import { many } from "./many.js";

const people = (count) => many(count, "person", "people");
const cards = (count) => many(count, "card", "cards");

export const groupList = {
  list: "Linked groups",
  columns: { name: "Group", members: "People", schedule: "Scheduled Sync", lastRun: "Last run", menu: "Actions" },
  search: "Search linked groups",
  shown: (shown, isAll) => (isAll ? many(shown, "group", "groups") : `${many(shown, "group", "groups")} so far`),
  link: "Link a group",
  settings: "Settings",
  unlink: "Unlink",
  scheduled: "Scheduled",
  notScheduled: "Not scheduled",
  schedule: "Schedule it",
  unlinking: "Unlinking",
  missing: (day) => `Missing in Entra since ${day}`,
  gone: "Not in Entra any more",
};

export const linkGroup = {
  title: "Link a group",
  explain: "Choose a group of your Entra tenant. Nobody is imported by linking; the group's first sync does that.",
  search: "Search in Entra ID",
  list: "Groups in Entra ID",
  kinds: { security: "Security group", microsoft365: "Microsoft 365 group", "mail-enabled-security": "Mail-enabled security group", distribution: "Distribution list" },
  dynamic: "Dynamic membership",
  link: "Link",
  linkNamed: (name) => `Link ${name}`,
  linked: "Linked",
  open: (name) => `Open ${name}`,
  schedule: (name) => `Schedule ${name}`,
  scheduleShort: "Schedule it",
  openShort: "Open",
  done: (name) => `${name} is linked. Schedule it, or sync it now, to import its people.`,
  noGroups: "Your Entra tenant has no groups.",
  none: "Your Entra tenant has no group with these words at the beginning of a word of its name.",
};

export const unlinkGroup = {
  title: (name) => `Unlink ${name}?`,
  ends: "What ends",
  stays: "What stays",
  cardsStay: (count) => `${cards(count)} of this group, given by hand or kept by your sync options.`,
  historyStays: "The history of its syncs. In Entra ID nothing changes.",
  schedule: "Its schedule is deleted.",
  action: (ends, isExact) => (ends === 0 ? "Unlink the group" : `Unlink and end ${isExact ? "" : "up to "}${cards(ends)}`),
  started: (name) => `${name} is being unlinked.`,
};

export const groupSchedule = {
  manage: "Manage Schedule",
  current: "Current schedule",
  configuration: "Configuration",
  history: "History",
  members: "Members",
  schedule: "Schedule",
  status: "Status",
  nextRun: "Next run",
  lastRun: "Last run",
  lastSuccess: "Last success",
  entraGroup: "Entra group",
  description: "Description",
  size: "People",
  follows: "Follows",
  none: "This group has no schedule yet",
  noneBody: "Choose a day, and from then on the group follows Entra by itself at 12:00 AM UTC.",
  missing: "Entra ID said that there is no such group. If another night confirms it, the schedule is paused by the system.",
  gone: "The group is not in Entra ID any more. Unlink it, or restore it in Entra ID.",
  unlinking: "This group is being unlinked. Its schedule is deleted, nothing else of it starts.",
  showRun: "Show the run",
  eveningBefore: "Mind the day:",
  runs: {
    list: "Syncs of this group",
    when: "When",
    what: "What",
    state: "State",
    changes: "Changes",
    duration: "Duration",
    none: "This group has not synced yet.",
    night: "Night",
    manual: "By hand",
    modes: { preview: "Preview", decision: "Decision about removals", undo: "Undo", unlink: "Unlinking" },
    notBegun: "Not begun",
  },
  people: {
    list: "People in this group",
    name: "Name",
    email: "E-mail",
    place: "In this group",
    card: "Card",
    none: "Nobody is in this group yet. Its first sync imports them.",
    unnamed: "Not taken in",
    noCard: "No card",
    cardActive: (version) => `Active, version ${version}`,
    cardPaused: (version) => `Paused, version ${version}`,
    places: { member: "Member", "by-hand": "Card given by hand", kept: "Kept by decision", refused: "Could not be taken in", outside: "Outside" },
    inactive: { disabled: "Disabled in Entra", left: "Left", "by-hand": "Deactivated by hand" },
    shown: (shown, isAll) => (isAll ? people(shown) : `${people(shown)} so far`),
  },
};
