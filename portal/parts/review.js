/** The drawer between "Review and save" and the saving: what it would change, and the way on without waiting for it. */

import { text } from "../text.js";
import { button } from "./controls.js";
import { openDrawer } from "./drawer.js";
import { effectPanel } from "./effect.js";
import { h } from "./h.js";
import { problemBar } from "./message_bar.js";

/**
 * @param {{context: import("../context.js").Context, document: object, action: string,
 *   save: () => Promise<string|null>, onInvalid: (problem: import("../api.js").Problem) => boolean}} options
 *   *action*: the words of the button once the effect is known; *save*: resolves to what to say then, null where nothing was decided;
 *   *onInvalid*: mark on the page what the API refuses, and tell whether that was possible
 */
export function openReview({ context, document: rules, action, save, onInvalid }) {
  const closing = new AbortController();
  const saveButton = button({ label: text.rules.saveWithoutWaiting, appearance: "primary", onClick: press });
  const messages = h("div", {});
  const drawer = openDrawer({
    title: text.effect.title,
    onClose: () => closing.abort(),
    foot: h("div", { class: "review-foot" }, saveButton, button({ label: text.common.cancel, onClick: () => drawer.close() })),
  });
  const signal = AbortSignal.any([context.signal, closing.signal]);
  const placed = (problem) => problem.status === 400 && onInvalid(problem) && (drawer.close(), true);
  const panel = effectPanel({ api: context.api, document: rules, signal, onDone: () => (saveButton.textContent = action), onInvalid: placed });
  drawer.fill(h("div", { class: "stack" }, messages, panel));

  async function press() {
    if (saveButton.hasAttribute("aria-busy")) return;
    saveButton.setAttribute("aria-busy", "true");
    messages.replaceChildren();
    try {
      const done = await save();
      if (done) {
        drawer.close();
        //  Only now: a word in the drawer would go with it.
        context.toast(done);
      }
    } catch (failure) {
      if (!placed(failure)) messages.replaceChildren(problemBar(failure));
    } finally {
      saveButton.removeAttribute("aria-busy");
    }
  }
}
