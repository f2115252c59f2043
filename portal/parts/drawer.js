/** A panel that comes in from the right over the page; Esc, the cross and a click beside it close it. */

import { text } from "../text.js";
import { button } from "./controls.js";
import { h, newId } from "./h.js";
import { shimmer } from "./shimmer.js";

/**
 * @param {{title: string, onClose?: () => void, foot?: Node|null}} options *onClose*: told however it is closed
 * @returns {{element: HTMLDialogElement, title: (words: string, ...beside: Node[]) => void, fill: (content: Node) => void,
 *   close: () => void}}
 */
export function openDrawer({ title, onClose = () => {}, foot = null }) {
  const heading = h("h2", { id: newId("drawer-title"), tabindex: "-1" }, title);
  const beside = h("span", { class: "drawer-beside" });
  const body = h("div", { class: "drawer-body" }, shimmer());
  const element = h(
    "dialog",
    { class: "drawer", "aria-labelledby": heading.id },
    h("div", { class: "drawer-head" }, heading, beside, button({ label: text.common.close, icon: "close", iconOnly: true, appearance: "subtle", onClick: () => element.close() })),
    body,
    foot ? h("div", { class: "drawer-foot" }, foot) : null,
  );
  //  Only a press that begins outside: a text marked from inside to outside must not close it.
  let beganOutside = false;
  element.addEventListener("pointerdown", (event) => (beganOutside = event.target === element));
  element.addEventListener("click", (event) => beganOutside && event.target === element && element.close());
  element.addEventListener("close", () => {
    element.remove();
    onClose();
  });
  document.body.append(element);
  element.showModal();
  heading.focus();
  return {
    element,
    title: (words, ...more) => {
      heading.textContent = words;
      beside.replaceChildren(...more);
    },
    fill: (content) => body.replaceChildren(content),
    close: () => element.close(),
  };
}
