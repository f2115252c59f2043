/** Groups are linked, but none has a schedule. */

import { linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { text } from "../text.js";

/** @param {import("../context.js").Context} context */
export function noSchedules(context) {
  const action = linkButton({ label: text.noSchedules.action, href: context.href("groups"), primary: true });
  return emptyState({ title: text.noSchedules.title, body: text.noSchedules.body, action, iconName: "clock" });
}
