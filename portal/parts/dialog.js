/**
 * Modal dialogs over the browser's own <dialog>: focus stays inside and goes back afterwards, Esc closes.
 *
 *     const agreed = await confirm({ title, body: "42 cards end.", action: "Unlink 42 people", danger: true });
 *
 * The action's words say what it does, in numbers where there are any; never only "OK".
 */

import { text } from "../text.js";
import { button, setDisabled } from "./controls.js";
import { h, newId } from "./h.js";
import { problemBar } from "./message_bar.js";

/** Ask; true when the person agreed. */
export function confirm({ title, body, action, danger = false, cancel = text.common.cancel }) {
  return new Promise((decided) => {
    openDialog({ title, body, danger, cancel, actions: [{ label: action, primary: true, run: () => decided(true) }], onClose: () => decided(false) });
  });
}

/**
 * @typedef {{label: string, primary?: boolean, danger?: boolean, start?: boolean, disabled?: string|boolean,
 *   run: (dialog: {close: () => void}) => (void|boolean|Promise<void|boolean>)}} DialogAction
 *   *run*: the dialog closes when it is done, stays open when it returns false, and shows what it throws.
 *   *start*: stands apart on the left, such as Delete
 * @param {{title: string, body: string|Node|(string|Node)[], actions: DialogAction[], cancel?: string, danger?: boolean,
 *   wide?: boolean, onClose?: () => void}} options
 * @returns {{element: HTMLDialogElement, close: () => void, setDisabled: (label: string, why: string|boolean) => void}}
 */
export function openDialog({ title, body, actions, cancel = text.common.cancel, danger = false, wide = false, onClose = () => {} }) {
  const titleId = newId("dialog-title");
  const messages = h("div", { class: "dialog-messages" });
  const close = () => element.close();
  const buttons = new Map();
  const act = async (action) => {
    busy(true);
    messages.replaceChildren();
    try {
      if ((await action.run({ close })) !== false) close();
    } catch (failure) {
      messages.replaceChildren(problemBar(failure));
    } finally {
      busy(false);
    }
  };
  const busy = (is) => {
    element.setAttribute("aria-busy", String(is));
    for (const [action, made] of buttons) setDisabled(made, is || action.disabled);
  };
  for (const action of actions) {
    const appearance = action.primary ? "primary" : "outline";
    buttons.set(action, button({ ...action, danger: action.danger ?? (danger && action.primary), appearance, onClick: () => act(action) }));
  }
  const apart = actions.filter((action) => action.start).map((action) => buttons.get(action));
  const usual = actions.filter((action) => !action.start).map((action) => buttons.get(action));
  const element = h(
    "dialog",
    { class: wide ? "dialog wide" : "dialog", "aria-labelledby": titleId, "aria-busy": "false" },
    h("h2", { id: titleId }, title),
    messages,
    h("div", { class: "dialog-body" }, [body].flat().map((one) => (typeof one === "string" ? h("p", {}, one) : one))),
    h("div", { class: "dialog-actions" }, apart, apart.length > 0 ? h("span", { class: "push" }) : null, usual, button({ label: cancel, onClick: close })),
  );
  element.addEventListener("close", () => {
    element.remove();
    onClose();
  });
  document.body.append(element);
  element.showModal();
  return {
    element,
    close,
    setDisabled: (label, why) => {
      const action = actions.find((one) => one.label === label);
      action.disabled = why;
      setDisabled(buttons.get(action), why);
    },
  };
}
