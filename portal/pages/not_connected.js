/** The workspace is not connected to Entra ID, or Entra refuses the connection. */

import { linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { text } from "../text.js";

/**
 * @param {import("../context.js").Context} context
 * @param {{status: string, reason: string, fix: string}} [connection] as the API tells it
 */
export function notConnected(context, connection) {
  const isRefused = connection?.status === "failed";
  const action = linkButton({ label: isRefused ? text.notConnected.repair : text.notConnected.action, href: context.href("connection"), primary: true });
  return emptyState({
    title: isRefused ? text.notConnected.failedTitle : text.notConnected.title,
    body: isRefused ? [connection.reason, connection.fix].filter(Boolean) : text.notConnected.body,
    action,
    iconName: "plug",
  });
}
