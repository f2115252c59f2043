/** What a person reads about schedules: their list, and what can be done with each. */

import { many } from "./many.js";

const inWords = (count) => many(count, "schedule", "schedules");

export const schedules = {
  list: "Scheduled syncs",
  columns: {
    name: "Group",
    state: "State",
    schedule: "Schedule",
    lastRun: "Last run",
    nextRun: "Next run",
    enabled: "On",
    menu: "Actions",
  },
  filter: "Filter by state",
  search: "Search groups",
  shown: (shown, total) => (shown === total ? inWords(total) : `${shown.toLocaleString("en")} of ${inWords(total)}`),
  enabled: (name) => `Scheduled sync of ${name}`,
  noNextRun: "None while paused",
  noRunYet: "None yet",
  held: (count) => `${count} held`,
  add: "Schedule a group",
};

export const scheduleState = {
  systemBecause: {
    "plan-required": "plan",
    "daily-needs-enterprise": "plan",
    "not-connected": "connection",
    "settings-not-confirmed": "settings",
    "group-gone": "group gone",
    unlinking: "unlinking",
  },
  pausedBySystem: (because) => `Paused by the system: ${because}`,
  running: "Running",
  lastSuccess: (ago) => `Last success ${ago}.`,
  neverSucceeded: "No sync has succeeded yet.",
  approve: "Review and decide",
  connection: "Repair the connection",
  settings: "Confirm the field settings",
};

export const scheduleActions = {
  syncNow: "Sync now",
  preview: "Preview",
  edit: "Edit",
  pause: "Pause",
  resume: "Resume",
  delete: "Delete",
  underWay: "A sync of this group is under way.",
  needsPlan: "Scheduled syncs come with the Business plan.",
  started: (name) => `The sync of ${name} is on its way.`,
  alreadyAtWork: (name) => `${name} is being synced already. This is that sync.`,
  paused: (name) => `${name} is paused. A sync that is running finishes; the next one does not start.`,
  resumed: (name) => `${name} is resumed.`,
  deleted: (name) => `The schedule of ${name} is deleted. Its history stays.`,
  deleteTitle: (name) => `Delete the schedule of ${name}?`,
  deleteEffect: (name) => `${name} is not synced by itself any more. A sync that is running finishes.`,
  deleteStays: (members) => `The group stays linked. ${many(members, "person", "people")} in it, their cards and the history of its syncs stay as they are.`,
  deleteAction: "Delete the schedule",
};

export const manageSchedule = {
  open: "Manage Schedule",
  title: (name) => `Manage Schedule: ${name}`,
  choose: "Choose a schedule",
  weekly: "Weekly",
  weeklyHint: "Ideal for most teams: runs on one day of the week.",
  daily: "Daily",
  dailyHint: "Best for high-activity teams: runs once every day.",
  needsBusiness: "Business plan",
  needsEnterprise: "Enterprise plan",
  day: "Day of the week",
  status: "Schedule Status",
  statusHint: "Checked: enabled. Unchecked: paused; a sync that is running finishes, the next one does not start.",
  midnight: "All syncs run at 12:00 AM UTC. High-volume jobs may take a few minutes to complete.",
  firstRun: "Next run",
  noRun: "None while paused.",
  noPlan: (plan) => `None: this needs the ${plan}.`,
  eveningBefore: "Mind the day:",
  saved: (name, words) => `${name}: ${words}.`,
  savedPaused: (name) => `${name}: saved, and paused.`,
  schedule: "Schedule",
  enabled: "Enabled",
  disabled: "Paused",
  noSchedule: "No schedule",
};
