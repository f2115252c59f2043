/** What stands on the list of people. */

export const peopleList = {
  title: "People of this workspace",
  search: "Name or e-mail address",
  columns: { name: "Name", email: "Email", status: "Status", cards: "Cards", origin: "Came by" },
  noName: "Without a name",
  statusFilter: "Status",
  originFilter: "Came by",
  origins: { sync: "A sync", "by-hand": "Hand" },
  because: {
    disabled: "Disabled in Entra ID",
    left: "In no group any more",
    "by-hand": "Made inactive by hand",
  },
  add: "Add a person",
  all: (people) => `${people}.`,
  found: (people) => `${people} found.`,
  foundSoFar: (people) => `${people} found so far; there are more people to look through.`,
  looking: "Looking through the people …",
  lookFurther: "Look further",
  nobody: "Nobody",
  empty: {
    title: "No people yet",
    body: "People come with the first sync of a linked group. Who is not in Entra ID can be added by hand; no sync takes them away.",
    action: "Go to groups",
  },
  nobodyMatches: "Nobody matches.",
};

export const personForm = {
  addTitle: "Add a person",
  addExplain: "No sync takes away who was made by hand. A sync that finds an Entra user with the same e-mail address links the two.",
  addAction: "Add this person",
  added: (name) => `${name} was added.`,
  editTitle: (name) => `Edit ${name}`,
  editAction: "Save",
  saved: "Saved.",
  unchanged: "Nothing was changed.",
  followsEntra: "Follows Entra ID.",
  someFollow: "What follows Entra ID is changed there, or here once Overwrite is off in the field settings.",
  allFollow: "Every value follows Entra ID: change it there, or switch Overwrite off in the field settings.",
  notMapped: "This field is not mapped any more.",
  empty: "(empty)",
};
