/**
 * The portal's addresses: which page each shows, where it stands in the navigation, and what leads to it.
 *
 * `nav` marks the entry on the left, `tabs` puts the page under one of `TABS`, `crumbs` are [words, route name] pairs
 * from the top down; the page itself is the last crumb. A title or crumb of null is set by the page with
 * `context.title` and `context.crumb`.
 */

import { text } from "./text.js";

const ENTRA = "/portal/:workspaceId/integrations/entra";
const GROUP = "/portal/:workspaceId/groups/:groupId";
const GROUP_CRUMBS = [[text.nav.groups, "groups"], [null, "group-schedule"], [text.nav.settings, null]];

const integrationPage = (name, words, load) => ({
  name,
  path: `${ENTRA}/${name}`,
  nav: "entra",
  tabs: "entra",
  title: text.nav.entra,
  crumbs: [[text.nav.integrations, null], [text.nav.entra, "entra"]],
  last: words,
  load,
});

export const ROUTES = [
  { name: "home", path: "/portal" },
  { name: "workspace", path: "/portal/:workspaceId", redirect: "schedules" },
  { name: "integrations", path: "/portal/:workspaceId/integrations", redirect: "schedules" },
  { name: "entra", path: ENTRA, redirect: "schedules" },
  integrationPage("connection", text.nav.connection, () => import("./pages/connection.js")),
  integrationPage("fields", text.nav.fields, () => import("./pages/field_settings.js")),
  integrationPage("options", text.nav.options, () => import("./pages/sync_options.js")),
  integrationPage("schedules", text.nav.schedules, () => import("./pages/schedules.js")),
  {
    name: "groups",
    path: "/portal/:workspaceId/groups",
    nav: "groups",
    title: text.nav.groups,
    load: () => import("./pages/groups.js"),
  },
  { name: "group", path: GROUP, redirect: "group-schedule" },
  { name: "group-settings", path: `${GROUP}/settings`, redirect: "group-schedule" },
  {
    name: "group-schedule",
    path: `${GROUP}/settings/scheduled-sync`,
    nav: "groups",
    title: text.nav.scheduledSync,
    crumbs: GROUP_CRUMBS,
    load: () => import("./pages/group_schedule.js"),
  },
  {
    name: "people",
    path: "/portal/:workspaceId/people",
    nav: "people",
    title: text.nav.people,
    load: () => import("./pages/people.js"),
  },
  {
    name: "person",
    path: "/portal/:workspaceId/people/:recipientId",
    nav: "people",
    title: null,
    crumbs: [[text.nav.people, "people"]],
    load: () => import("./pages/person.js"),
  },
  {
    name: "approvals",
    path: "/portal/:workspaceId/approvals",
    nav: "approvals",
    title: text.nav.approvals,
    load: () => import("./pages/approvals.js"),
  },
];

/** Pages that stand beside each other under one heading: [words, route name]. */
export const TABS = {
  entra: [
    [text.nav.connection, "connection"],
    [text.nav.fields, "fields"],
    [text.nav.options, "options"],
    [text.nav.schedules, "schedules"],
  ],
};

/** The navigation on the left: headings with their entries, as [words, route name, icon]. */
export const NAVIGATION = [
  { heading: text.nav.integrations, entries: [[text.nav.entra, "entra", "plug"]] },
  {
    heading: null,
    entries: [
      [text.nav.groups, "groups", "groups"],
      [text.nav.people, "people", "person"],
      [text.nav.approvals, "approvals", "approve"],
    ],
  },
];
