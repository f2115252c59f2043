/** A link that opens a run's drawer over the page as it is when the link is followed: filters stay as they are by then. */

import { h } from "./h.js";

/** @param {import("../context.js").Context} context */
export function runLink(context, { groupId, runId }, ...words) {
  const renew = ({ currentTarget }) => (currentTarget.href = context.runHref(groupId, runId));
  return h("a", { class: "run-link", href: context.runHref(groupId, runId), onClick: renew, onAuxclick: renew }, words);
}
