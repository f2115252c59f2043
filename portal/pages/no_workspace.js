/** The person's tenant manages no workspace. */

import { emptyState } from "../parts/empty_state.js";
import { h } from "../parts/h.js";
import { supportLink } from "../parts/support.js";
import { text } from "../text.js";

/** @param {import("../session.js").Session} session */
export function noWorkspace(session) {
  const tenant = h("p", {}, text.noWorkspace.tenant, " ", h("code", {}, session.me.tenantId));
  const action = supportLink(session, { tenant: session.me.tenantId }, { asButton: true });
  return emptyState({ title: text.noWorkspace.title, body: [text.noWorkspace.body, tenant], action, heading: "h1" });
}
