/** The address leads nowhere. */

import { linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { text } from "../text.js";

/** @param {{detail?: string, heading?: string, href?: string}} [options] *detail*: what the API says is missing */
export function notFound({ detail, heading = "h1", href = "/portal" } = {}) {
  const action = linkButton({ label: text.notFound.action, href, primary: true });
  return emptyState({ title: text.notFound.title, body: [detail, text.notFound.body].filter(Boolean), action, iconName: "search", heading });
}
