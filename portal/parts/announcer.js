/** Says to screen readers what everybody else sees happen. */

import { h } from "./h.js";

export function announce(sentence, { urgent = false } = {}) {
  const region = regionFor(urgent ? "assertive" : "polite");
  //  The same sentence twice is read twice only if there was another text in between.
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = sentence));
}

/** The innermost open dialog, which everything outside of is out of reach; else the page. */
export function onTop() {
  return [...document.querySelectorAll("dialog:modal")].at(-1) ?? document.body;
}

function regionFor(politeness) {
  const top = onTop();
  const found = top.querySelector(`:scope > .announcer[aria-live=${politeness}]`);
  if (found) return found;
  const made = h("div", { class: "announcer", "aria-live": politeness });
  top.append(made);
  return made;
}
