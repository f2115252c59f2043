/**
 * Buttons, switches and fields: Fluent's components, with the role and state that they keep to themselves also said
 * as attributes, where a style sheet, a test and every accessibility checker can see them.
 *
 * All of them take `disabled` as a sentence that tells why: shown on hover, read with the control.
 */

import { h, newId } from "./h.js";
import { icon } from "./icons.js";

/**
 * @param {{label: string, onClick: (event: Event) => void, appearance?: "primary"|"outline"|"subtle"|"transparent",
 *   icon?: string, iconOnly?: boolean, disabled?: string|boolean, danger?: boolean, action?: string}} options
 *   *action*: names the button inside a table row, so that focus survives the row's renewal
 */
export function button({ label, onClick, appearance, icon: name, iconOnly = false, disabled = false, danger = false, action }) {
  const reason = typeof disabled === "string" ? disabled : null;
  return h(
    "fluent-button",
    {
      role: "button",
      appearance,
      "icon-only": iconOnly,
      class: danger ? "danger" : null,
      "aria-label": iconOnly ? label : null,
      title: reason ?? (iconOnly ? label : null),
      "disabled-focusable": Boolean(disabled),
      "aria-disabled": disabled ? "true" : null,
      "aria-description": reason,
      "data-action": action,
      onClick: (event) => {
        if (event.currentTarget.getAttribute("aria-disabled") !== "true") onClick(event);
      },
    },
    name ? icon(name, iconOnly ? null : "start") : null,
    iconOnly ? null : label,
  );
}

/** Grey the button out or give it back; *why* is a sentence, true, or false. */
export function setDisabled(element, why) {
  const told = element.hasAttribute("aria-description");
  element.toggleAttribute("disabled-focusable", Boolean(why));
  if (why) element.setAttribute("aria-disabled", "true");
  else element.removeAttribute("aria-disabled");
  if (typeof why === "string") {
    element.title = why;
    element.setAttribute("aria-description", why);
  } else if (told) {
    element.removeAttribute("aria-description");
    element.title = element.getAttribute("aria-label") ?? "";
  }
}

/** A link that looks like a button; for everything that has an address. */
export function linkButton({ label, href, icon: name, primary = false, external = false }) {
  return h(
    "a",
    { class: primary ? "link-button primary" : "link-button", href, ...(external ? { target: "_blank", rel: "noopener" } : {}) },
    name ? icon(name) : null,
    label,
  );
}

/**
 * An on-off switch that takes effect at once. *onChange* may return a promise; if that is refused, the switch goes
 * back, and the portal says why.
 */
export function toggle({ label, checked, onChange, disabled = false, visibleLabel = false, action }) {
  const element = stateful("fluent-switch", "switch", { label: visibleLabel ? null : label, checked, disabled, action });
  let before = checked;
  element.addEventListener("change", async () => {
    const wanted = element.checked;
    try {
      await onChange(wanted);
      before = wanted;
    } catch (failure) {
      setChecked(element, before);
      throw failure;
    }
  });
  return visibleLabel ? labelled(element, label) : element;
}

/** @returns {HTMLElement} with `.control`, whose `.checked` is the value */
export function checkbox({ label, checked = false, onChange = () => {}, disabled = false, hiddenLabel = false, hint }) {
  const element = stateful("fluent-checkbox", "checkbox", { label: hiddenLabel ? label : null, checked, disabled });
  element.addEventListener("change", () => onChange(element.checked));
  if (hiddenLabel) return Object.assign(element, { control: element });
  return labelled(element, label, hint ?? (typeof disabled === "string" ? disabled : null));
}

/**
 * Choose one. An option's `disabled` is the sentence that tells why, shown beside it.
 *
 * @param {{label: string, options: {value: string, label: string, disabled?: string, hint?: string}[], value?: string,
 *   onChange?: (value: string) => void}} options
 * @returns {HTMLElement} with `.value`
 */
export function radios({ label, options, value, onChange = () => {} }) {
  const name = newId("radio");
  const group = h("fieldset", { class: "radios" }, h("legend", {}, label));
  for (const option of options) {
    const input = h("input", { type: "radio", name, value: option.value, disabled: Boolean(option.disabled) });
    input.checked = option.value === value;
    input.addEventListener("change", () => onChange(option.value));
    group.append(choice(input, option.label, option.disabled ?? option.hint));
  }
  Object.defineProperty(group, "value", { get: () => group.querySelector("input:checked")?.value ?? null });
  return group;
}

/**
 * A line of text, or with *rows* more of them.
 *
 * @returns {HTMLElement} with `.value`, `.control` and `.fault(sentence | null)`, which marks it as wrong
 */
export function textField({ label, value = "", type = "text", placeholder, required = false, hint, rows, readonly = false, onInput = () => {} }) {
  const control = h(rows ? "textarea" : "input", { class: "input", type: rows ? null : type, placeholder, required, readonly, rows });
  control.value = value;
  control.addEventListener("input", () => onInput(control.value));
  return field(control, { label, hint, required });
}

/** @param {{label: string, options: {value: string, label: string}[], value?: string}} options */
export function select({ label, options, value, onChange = () => {}, hint }) {
  const control = h("select", { class: "input" }, options.map((one) => h("option", { value: one.value, disabled: one.disabled }, one.label)));
  if (value !== undefined) control.value = value;
  control.addEventListener("change", () => onChange(control.value));
  return field(control, { label, hint });
}

/** How far something has come; without *value* only that it goes on. */
export function progress({ label, value, max = 100 }) {
  return h("fluent-progress-bar", {
    role: "progressbar",
    "aria-label": label,
    "aria-valuenow": value ?? null,
    "aria-valuemin": value === undefined ? null : 0,
    "aria-valuemax": value === undefined ? null : max,
    value,
    max,
  });
}

function field(control, { label, hint, required }) {
  control.id = newId("field");
  const hintElement = h("p", { class: "hint", id: newId("hint") }, hint ?? "");
  const faultElement = h("p", { class: "fault", id: newId("fault"), role: "alert" });
  control.setAttribute("aria-describedby", `${hintElement.id} ${faultElement.id}`);
  const element = h("div", { class: "field" }, h("label", { for: control.id }, label, required ? h("span", { class: "required", "aria-hidden": "true" }, " *") : null), control, hintElement, faultElement);
  Object.defineProperty(element, "value", { get: () => control.value, set: (value) => (control.value = value) });
  element.control = control;
  element.fault = (sentence) => {
    faultElement.textContent = sentence ?? "";
    control.setAttribute("aria-invalid", String(Boolean(sentence)));
  };
  return element;
}

function stateful(tag, role, { label, checked, disabled, action }) {
  const element = h(tag, {
    role,
    "aria-label": label,
    "aria-checked": String(Boolean(checked)),
    checked: Boolean(checked),
    disabled: Boolean(disabled),
    "aria-disabled": disabled ? "true" : null,
    title: typeof disabled === "string" ? disabled : null,
    "data-action": action,
  });
  element.addEventListener("change", () => element.setAttribute("aria-checked", String(element.checked)));
  return element;
}

/** Set a switch or checkbox without asking it to act. */
export function setChecked(element, checked) {
  element.checked = checked;
  element.setAttribute("aria-checked", String(checked));
}

function labelled(element, label, hint) {
  const id = newId("label");
  element.setAttribute("aria-labelledby", id);
  const words = h("span", { class: "choice-label", id, onClick: () => element.click() }, label);
  const row = h("div", { class: "choice" }, element, h("div", {}, words, hint ? h("p", { class: "hint" }, hint) : null));
  return Object.assign(row, { control: element });
}

function choice(input, label, hint) {
  const described = hint ? newId("hint") : null;
  if (described) input.setAttribute("aria-describedby", described);
  return h("div", { class: "choice" }, h("label", {}, input, h("span", {}, label)), hint ? h("p", { class: "hint", id: described }, hint) : null);
}
