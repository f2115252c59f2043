/** Choices as pressed and unpressed buttons: filter by state with one click, with how many there are of each. */

import { number } from "../format.js";
import { h } from "./h.js";

/**
 * @param {{label: string, options: {value: string, label: string, count?: number}[], selected: Iterable<string>,
 *   onChange: (selected: string[]) => void}} options
 * @returns {HTMLElement} with `.update({options, selected})`, which keeps the focus
 */
export function chips({ label, options, selected, onChange }) {
  let chosen = new Set(selected);
  const group = h("div", { class: "chips", role: "group", "aria-label": label });
  const chip = (option) =>
    h(
      "button",
      { type: "button", class: "chip", "aria-pressed": String(chosen.has(option.value)), "data-value": option.value, onClick: () => press(option.value) },
      option.label,
      option.count === undefined ? null : h("span", { class: "count" }, number(option.count)),
    );
  const press = (value) => {
    chosen.has(value) ? chosen.delete(value) : chosen.add(value);
    for (const one of group.children) one.setAttribute("aria-pressed", String(chosen.has(one.dataset.value)));
    onChange([...chosen]);
  };
  group.update = (now) => {
    chosen = new Set(now.selected ?? chosen);
    const focused = group.contains(document.activeElement) ? document.activeElement.dataset.value : null;
    group.replaceChildren(...now.options.map(chip));
    if (focused !== null) group.querySelector(`[data-value="${focused}"]`)?.focus();
  };
  group.update({ options });
  return group;
}
