/** Something went wrong that the page could not deal with: say what, and offer to try again. */

import { button } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { h } from "../parts/h.js";
import { supportLink } from "../parts/support.js";
import { text } from "../text.js";

/** @param {Error} failure @param {{session: object, workspace: object|null, again: () => void, heading: string}} around */
export function failed(failure, { session, workspace, again, heading }) {
  const { detail = text.failed.unexpected, requestId } = failure;
  const support = supportLink(session, { workspace: workspace?.id, request: requestId });
  return emptyState({
    title: failure.title || text.failed.title,
    body: [detail, requestId ? h("p", { class: "request-id" }, text.failed.request(requestId)) : null, support].filter(Boolean),
    action: button({ label: text.common.retry, icon: "refresh", appearance: "primary", onClick: again }),
    iconName: "error",
    heading,
  });
}
