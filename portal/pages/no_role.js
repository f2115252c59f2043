/** Signed in, but the administrator has given no role, or not the one that this needs. */

import { linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { h } from "../parts/h.js";
import { text } from "../text.js";

/** @param {import("../session.js").Session} session @param {{heading?: string}} [options] */
export function noRole({ me }, { heading = "h1" } = {}) {
  const id = h("p", {}, text.noRole.id, " ", h("code", {}, me?.id ?? ""));
  const action = linkButton({ label: text.noRole.action, href: "/.auth/logout?post_logout_redirect_uri=/portal", primary: true });
  return emptyState({ title: text.noRole.title, body: [text.noRole.body, id], action, iconName: "person", heading });
}
