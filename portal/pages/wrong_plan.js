/** The workspace's plan has no scheduled syncs: what a page shows instead of an offer to make one. */

import { emptyState } from "../parts/empty_state.js";
import { supportLink } from "../parts/support.js";
import { text } from "../text.js";

/** @param {import("../context.js").Context} context */
export function wrongPlan({ workspace, session }) {
  const action = supportLink(session, { workspace: workspace.id }, { asButton: true });
  return emptyState({ title: text.wrongPlan.title, body: text.wrongPlan.body(workspace.name, text.plan(workspace.plan)), action, iconName: "clock" });
}
