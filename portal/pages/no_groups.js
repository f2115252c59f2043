/** No Entra group is linked yet. */

import { button, linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { text } from "../text.js";

/** @param {import("../context.js").Context} context @param {() => void} [onLink] where the page can link one itself */
export function noGroups(context, onLink) {
  const { action: label } = text.noGroups;
  const action = onLink
    ? button({ label, onClick: onLink, appearance: "primary", disabled: context.mayManage ? false : text.common.needsManage })
    : linkButton({ label, href: context.href("groups"), primary: true });
  return emptyState({ title: text.noGroups.title, body: text.noGroups.body, action, iconName: "groups" });
}
