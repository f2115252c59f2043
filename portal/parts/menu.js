/**
 * A button that opens a menu: arrow keys move, Enter chooses, Esc and Tab close, letters jump.
 * The menu is built when it is opened, so a long table carries none.
 */

import { h } from "./h.js";
import { icon } from "./icons.js";

/**
 * @typedef {{label: string, onSelect?: () => void, href?: string, icon?: string, danger?: boolean, disabled?: string|boolean}} MenuItem
 *   *disabled*: a sentence is shown below the words
 * @param {{label: string, items: () => (MenuItem|null)[], iconName?: string, words?: string}} options
 *   *label* names the button; *words* are shown instead of three dots
 */
export function menuButton({ label, items, iconName = "more", words }) {
  const opener = h(
    "button",
    { type: "button", class: words ? "menu-button wide" : "menu-button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": words ? null : label, title: label, "data-action": "menu" },
    words ? [h("span", { class: "menu-words" }, words), icon("chevronDown")] : icon(iconName),
  );
  if (words) opener.setAttribute("aria-label", `${label}: ${words}`);
  opener.addEventListener("click", () => (opener.getAttribute("aria-expanded") === "true" ? null : open(opener, label, items().filter(Boolean))));
  opener.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    opener.click();
  });
  return opener;
}

function open(opener, label, items) {
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "auto" }, items.map((item) => entry(item, () => close(true))));
  const entries = [...menu.children];
  const close = (withFocus) => {
    menu.hidePopover();
    if (withFocus) opener.focus();
  };
  const move = (step) => entries[(entries.indexOf(document.activeElement) + step + entries.length) % entries.length].focus();
  menu.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Home: () => entries[0].focus(), End: () => entries.at(-1).focus(), Tab: () => close(true), Escape: () => close(true) };
    if (steps[event.key]) {
      if (event.key !== "Tab") event.preventDefault();
      //  Esc closes the menu alone, not the dialog around it.
      event.stopPropagation();
      steps[event.key]();
    } else if (event.key.length === 1) {
      entries.find((one) => one.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
    }
  });
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "closed") return;
    opener.setAttribute("aria-expanded", "false");
    menu.remove();
  });
  opener.after(menu);
  opener.setAttribute("aria-expanded", "true");
  menu.showPopover();
  place(menu, opener);
  entries[0]?.focus();
}

function entry({ label, onSelect, href, icon: name, danger, disabled }, close) {
  const reason = typeof disabled === "string" ? h("span", { class: "menu-reason" }, disabled) : null;
  const content = [name ? icon(name) : h("span", { class: "icon" }), h("span", {}, label, reason)];
  const common = { role: "menuitem", tabindex: "-1", class: danger ? "menu-item danger" : "menu-item", "aria-disabled": disabled ? "true" : null };
  if (href && !disabled) return h("a", { ...common, href, onClick: close }, content);
  return h(
    "button",
    {
      ...common,
      type: "button",
      onClick: () => {
        if (disabled) return;
        close();
        onSelect();
      },
    },
    content,
  );
}

/** Below the opener and inside the window; above it where there is no room. */
function place(menu, opener) {
  const [at, size] = [opener.getBoundingClientRect(), menu.getBoundingClientRect()];
  const left = Math.max(8, Math.min(at.right - size.width, innerWidth - size.width - 8));
  const below = at.bottom + 4;
  const top = below + size.height > innerHeight - 8 ? Math.max(8, at.top - size.height - 4) : below;
  menu.style.setProperty("--menu-left", `${left}px`);
  menu.style.setProperty("--menu-top", `${top}px`);
}
