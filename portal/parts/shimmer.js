/** Grey shapes where something will stand, so that nothing jumps when it comes. */

import { text } from "../text.js";
import { h } from "./h.js";

export function shimmer({ lines = 6, label = text.common.loading } = {}) {
  return h(
    "div",
    { class: "shimmer", role: "status", "aria-label": label },
    Array.from({ length: lines }, () => h("div", { class: "shimmer-line", "aria-hidden": "true" })),
  );
}
