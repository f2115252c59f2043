/** What keeps a whole workspace from syncing, as message bars above the page, each with the one next step. */

import { text } from "../text.js";
import { linkButton } from "./controls.js";
import { messageBar } from "./message_bar.js";
import { supportLink } from "./support.js";

/**
 * @param {import("../context.js").Context} context
 * @param {{status: string, reason: string, fix: string}} connection as the API tells it
 * @returns {HTMLElement[]}
 */
export function obstacles(context, connection) {
  const { workspace, session } = context;
  const bars = [];
  if (!workspace.canSync) {
    const support = supportLink(session, { workspace: workspace.id }, { asButton: true });
    bars.push(messageBar({ intent: "warning", live: false, title: text.wrongPlan.title, body: text.wrongPlan.body(workspace.name, text.plan(workspace.plan)), actions: support ? [support] : [] }));
  }
  if (connection.status !== "connected") {
    const isRefused = connection.status === "failed";
    const link = linkButton({ label: isRefused ? text.notConnected.repair : text.notConnected.action, href: context.href("connection") });
    const title = isRefused ? text.notConnected.failedTitle : text.notConnected.title;
    const body = isRefused ? `${connection.reason} ${connection.fix}` : text.notConnected.body;
    bars.push(messageBar({ intent: isRefused ? "error" : "warning", live: false, title, body, actions: [link] }));
  }
  return bars;
}
