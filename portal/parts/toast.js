/** A short word that something is done, which goes by itself; a failure stays until it is dismissed. */

import { announce, onTop } from "./announcer.js";
import { h } from "./h.js";
import { messageBar } from "./message_bar.js";

const STAYS = 6000;

/** @param {string} sentence @param {{intent?: "success"|"info"|"warning"|"error", action?: Node}} options */
export function toast(sentence, { intent = "success", action } = {}) {
  const bar = messageBar({ intent, body: sentence, actions: action ? [action] : [], live: false, onDismiss: () => {} });
  place().append(bar);
  announce(sentence, { urgent: intent === "error" });
  if (intent === "error" || action) return bar;
  let timer = setTimeout(() => bar.remove(), STAYS);
  //  Nobody should have to read against a clock.
  bar.addEventListener("pointerenter", () => clearTimeout(timer));
  bar.addEventListener("pointerleave", () => (timer = setTimeout(() => bar.remove(), STAYS)));
  return bar;
}

/** Inside an open dialog, for everything outside one is out of reach. */
function place() {
  const top = onTop();
  const found = top.querySelector(":scope > .toasts");
  if (found) return found;
  const made = h("div", { class: "toasts" });
  top.append(made);
  return made;
}
