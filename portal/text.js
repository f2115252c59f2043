/**
 * Everything a person reads in the portal, by the place where it stands. A sentence with a value in it is a function.
 * One section for each page, below those that all pages share.
 */

import { altered } from "./text/altered.js";
import { approvals } from "./text/approvals.js";
import { connection } from "./text/connection.js";
import { groupList, groupSchedule, linkGroup, unlinkGroup } from "./text/groups.js";
import { many } from "./text/many.js";
import { peopleList, personForm } from "./text/people.js";
import { person, timeline } from "./text/person.js";
import { effect, fields, options, rules } from "./text/rules.js";
import { run } from "./text/run.js";
import { manageSchedule, scheduleActions, schedules, scheduleState } from "./text/schedules.js";

export const text = {
  product: "Social Card",
  feature: "Scheduled Syncs for Microsoft Entra ID",
  documentTitle: (title) => `${title} · Social Card`,

  people: (count) => many(count, "person", "people"),
  cards: (count) => many(count, "card", "cards"),
  groups: (count) => many(count, "group", "groups"),

  common: {
    cancel: "Cancel",
    close: "Close",
    save: "Save",
    delete: "Delete",
    edit: "Edit",
    retry: "Try again",
    back: "Back",
    refresh: "Refresh",
    copy: "Copy",
    copied: "Copied.",
    loading: "Loading",
    moreActions: (name) => `More actions for ${name}`,
    loadMore: "Show more",
    none: "None",
    noMatch: "Nothing matches.",
    clearFilters: "Clear filters",
    updated: (ago) => `Updated ${ago}`,
    search: "Search",
    all: "All",
    sortBy: "Sort by",
    sortedUp: "sorted ascending",
    sortedDown: "sorted descending",
    dismiss: "Dismiss",
    needsManage: "Your role can look but not change. Ask your administrator for Schedules.Manage.",
  },

  frame: {
    skip: "Skip to content",
    navigation: "Main navigation",
    openNavigation: "Navigation",
    breadcrumb: "You are here",
    workspace: "Workspace",
    switchWorkspace: "Switch workspace",
    signedInAs: (name) => `Signed in as ${name}`,
    account: "Account",
    signOut: "Sign out",
    footer: "All syncs run at 12:00 AM UTC.",
    help: "Need help?",
    support: "Contact our support",
    sections: "Sections",
  },

  nav: {
    integrations: "Integrations",
    entra: "Microsoft Entra ID",
    groups: "Groups",
    people: "People",
    approvals: "Needs approval",
    connection: "Connection",
    fields: "Field settings",
    options: "Sync options",
    schedules: "Scheduled Syncs",
    settings: "Settings",
    scheduledSync: "Scheduled Sync",
    group: "Group",
    person: "Person",
    notFound: "Not found",
  },

  plan: (plan) => plan.charAt(0).toUpperCase() + plan.slice(1),

  states: {
    "not-run-yet": "Not run yet",
    queued: "Queued",
    running: "Running",
    retrying: "Retrying",
    succeeded: "Succeeded",
    "succeeded-with-warnings": "Succeeded with warnings",
    failed: "Failed",
    held: "Needs approval",
    "needs-approval": "Needs approval",
    paused: "Paused by you",
    "paused-by-system": "Paused by the system",
    skipped: "Skipped",
    cancelled: "Cancelled",
    connected: "Connected",
    pending: "Waiting for consent",
    disconnected: "Disconnected",
    "not-connected": "Not connected",
    active: "Active",
    inactive: "Inactive",
    since: (word, duration) => `${word} for ${duration}`,
  },

  time: {
    justNow: "just now",
    minutesAgo: (n) => `${n} min ago`,
    hoursAgo: (n) => `${n} h ago`,
    daysAgo: (n) => many(n, "day ago", "days ago"),
    lessThanASecond: "under 1 s",
    seconds: (n) => `${n} s`,
    minutes: (n) => `${n} min`,
    hours: (n) => `${n} h`,
    days: (n) => many(n, "day", "days"),
    inTime: (duration) => `in ${duration}`,
    due: "due now",
    utc: (day, time) => `${day}, ${time} UTC`,
    local: (day, time) => `${day}, ${time} your time`,
    exact: (utc, local, zone) => `${utc} = ${local} (${zone})`,
    eveningBefore: (utcDay, localDay, time) =>
      `00:00 UTC on ${utcDay} is ${time} on ${localDay} where you are.`,
    daily: "Daily, 00:00 UTC",
    weekly: (day) => `Weekly on ${day}, 00:00 UTC`,
    weekdays: {
      monday: "Monday",
      tuesday: "Tuesday",
      wednesday: "Wednesday",
      thursday: "Thursday",
      friday: "Friday",
      saturday: "Saturday",
      sunday: "Sunday",
    },
  },

  counts: {
    nothing: "No changes",
    spoken: (added, updated, removed) => `${added} added, ${updated} updated, ${removed} removed`,
  },

  network: {
    offline: "The connection is lost. Trying again …",
    back: "The connection is back.",
    lost: "The connection was lost before an answer came. It may or may not have been carried out; look again before you repeat it.",
    unreadable: "The answer could not be read. Try again in a moment.",
  },

  conflict: {
    title: "Somebody else has changed this",
    explain: "While you were editing, it was saved with other values. Choose what goes on.",
    field: "What",
    mine: "Yours",
    theirs: "Saved now",
    keepMine: "Keep mine",
    takeTheirs: "Take what is saved",
    differs: "differs",
  },

  signedOut: {
    title: "You are signed out",
    body: "Sign in with your work account to manage scheduled syncs.",
    action: "Sign in",
  },
  noRole: {
    title: "You have no role here yet",
    body: "You are signed in, but your administrator has not given you a role in this product. Ask for Schedules.Read to look, or Schedules.Manage to change schedules, then sign in again.",
    id: "Your object id, which your administrator needs:",
    action: "Sign in again",
  },
  noWorkspace: {
    title: "No workspace belongs to your organisation",
    body: "Your organisation's Entra tenant manages no workspace of ours. Our support can tell you which one it should be.",
    tenant: "Your tenant's id:",
  },
  chooseWorkspace: {
    title: "Choose a workspace",
    body: "Your organisation manages more than one workspace.",
    plan: (plan) => `${plan} plan`,
  },
  wrongPlan: {
    title: "Scheduled syncs come with the Business plan",
    body: (workspace, plan) =>
      `${workspace} is on the ${plan} plan. With Business it can sync every week, with Enterprise every day. Schedules that exist are kept, paused by the system.`,
  },
  notConnected: {
    title: "Connect Microsoft Entra ID first",
    body: "An administrator of your Entra tenant consents once; then you link groups and schedule their syncs.",
    failedTitle: "Entra ID refuses the connection",
    action: "Connect Entra ID",
    repair: "Repair the connection",
  },
  noGroups: {
    title: "No Entra group is linked yet",
    body: "Link a group of your Entra tenant; its people become recipients with a business card each.",
    action: "Link a group",
  },
  noSchedules: {
    title: "No sync is scheduled yet",
    body: "Choose a group and a day; from then on it follows Entra by itself, every week or every day at 12:00 AM UTC.",
    action: "Choose a group to schedule",
  },
  notFound: {
    title: "There is nothing here",
    body: "The address leads nowhere, or to something that you cannot see. It may have been deleted or unlinked.",
    action: "Go to Scheduled Syncs",
  },
  failed: {
    title: "This page could not be shown",
    request: (id) => `Request ${id}`,
    unexpected: "Something in this page went wrong. Loading it again may help; if not, our support is there for you.",
  },

  // --- Connection, field settings, sync options -------------------------------------------------------------------
  altered,
  connection,
  rules,
  fields,
  options,
  effect,

  // --- Scheduled Syncs ------------------------------------------------------------------------------------------
  schedules,
  scheduleState,
  scheduleActions,
  manageSchedule,

  // --- Groups ---------------------------------------------------------------------------------------------------
  groupList,
  linkGroup,
  unlinkGroup,
  groupSchedule,

  // --- Run drawer -----------------------------------------------------------------------------------------------
  run,

  // --- Needs approval -------------------------------------------------------------------------------------------
  approvals,

  // --- People ---------------------------------------------------------------------------------------------------
  peopleList,
  personForm,

  // --- One person -----------------------------------------------------------------------------------------------
  person,
  timeline,
};
