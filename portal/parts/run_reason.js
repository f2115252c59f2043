/** Why a run ended as it did, in plain words, with the way to the fix. */

import { ago } from "../format.js";
import { text } from "../text.js";
import { linkButton } from "./controls.js";
import { h } from "./h.js";
import { messageBar } from "./message_bar.js";

const INTENTS = { failed: "error", held: "warning", "succeeded-with-warnings": "warning", retrying: "warning" };
const REPAIR = ["connection", "connection"];
const PAGES = {
  "not-connected": REPAIR,
  "connection-failed": REPAIR,
  "consent-missing": REPAIR,
  "permission-missing": REPAIR,
  "token-refused": REPAIR,
  "tenant-gone": REPAIR,
  "settings-not-confirmed": ["fields", "fields"],
  "schedule-paused": ["group-schedule", "schedule"],
  "group-gone": ["group-schedule", "schedule"],
};
const IN_CHANGES = new Set(["people-refused", "undone-in-part"]);

/** @returns {HTMLElement|null} null where a run ended as usual, with nothing to say */
export function reasonBar(context, about, run) {
  if (!run.reason) return null;
  const bar = messageBar({
    intent: INTENTS[run.state] ?? "info",
    body: run.reason.text,
    actions: [fixOf(context, about, run)].filter(Boolean),
    live: false,
  });
  if (run.state === "held") tellDecision(context, about, run, bar);
  return bar;
}

function fixOf(context, { groupId }, run) {
  const { code } = run.reason;
  if (run.state === "held" || code === "decision-pending") return linkButton({ label: text.run.review, href: context.href("approvals") });
  if (IN_CHANGES.has(code)) return linkButton({ label: text.run.fix.changes, href: context.runHref(groupId, run.runId, "changes") });
  const [page, words] = PAGES[code] ?? [];
  return page ? linkButton({ label: text.run.fix[words], href: context.href(page, { groupId }) }) : null;
}

/** A run stays "held" in the records; whether its list still waits is to be asked. */
async function tellDecision(context, { path }, run, bar) {
  const { body: held } = await context.api.get(`${path}/${run.runId}/held`, { limit: 1 });
  if (held.state === "open") return;
  const told = text.run.holdStates[held.state]?.(held.decidedAt ? ago(held.decidedAt) : "");
  if (told) bar.replaceWith(messageBar({ body: [run.reason.text, " ", h("strong", {}, told)], live: false }));
}
