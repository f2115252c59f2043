/** The names and values of what changes of a person, as journals and effects tell them. */

const VALUES = {
  email: "Email",
  name: "Name",
  businessPhone: "Business phone",
  mobilePhone: "Mobile phone",
  jobTitle: "Job title",
  department: "Department",
  company: "Company",
  streetAddress: "Street",
  city: "City",
  state: "State",
  postalCode: "Postal code",
  country: "Country",
  officeLocation: "Office",
};
const OTHERS = { status: "Status", inactiveBecause: "Inactive because", entraId: "Entra user", deleted: "Deleted" };
const CARD_STATES = { active: "active", paused: "paused", ended: "ended" };

export const altered = {
  nothing: "nothing",
  words: { active: "active", inactive: "inactive", disabled: "disabled in Entra ID", left: "in no group any more", "by-hand": "made inactive by hand" },
  yes: "yes",
  no: "no",
  /** What stands between the old value and the new one, for who does not see the arrow. */
  becomes: "becomes",
  value: (name) => VALUES[name] ?? name,
  shown: (name) => `${VALUES[name] ?? name} on cards`,
  card: (group) => `Card in ${group}`,
  other: (path) => OTHERS[path] ?? path,
  cardVersion: ({ version, state }) => `version ${version}, ${CARD_STATES[state] ?? state}`,
};
