/** The removal guard: whether it is on, its three numbers, and in one sentence what they come to. */

import { text } from "../text.js";
import { checkbox, textField } from "./controls.js";
import { h } from "./h.js";

/**
 * @param {{enabled: boolean, percent: number, minimum: number, maximum: number}} guard
 * @param {{disabled: false|string, onChange: (guard: object) => void}} options
 */
export function removalGuard(guard, { disabled, onChange }) {
  let value = { ...guard };
  const inWords = h("p", { class: "secondary", "aria-live": "polite" });
  const set = (name) => (now) => {
    value = { ...value, [name]: now };
    draw();
    onChange(value);
  };
  const fields = Object.entries(text.options.guardNumbers).map(([name, [label, largest]]) => {
    const field = textField({ label, value: String(guard[name]), required: true, onInput: (said) => set(name)(numberIn(said)) });
    field.control.inputMode = "numeric";
    return { name, largest, field };
  });
  const faultOf = ({ name, largest }) => (Number.isInteger(value[name]) && value[name] <= largest ? null : text.options.wrongNumber(largest));
  const isOn = checkbox({ label: text.options.guardOn, hint: text.options.guardOnHint, checked: guard.enabled, disabled: Boolean(disabled), onChange: set("enabled") });

  function draw() {
    for (const { field } of fields) field.control.disabled = Boolean(disabled) || !value.enabled;
    const isWhole = fields.every((one) => faultOf(one) === null);
    inWords.textContent = value.enabled ? (isWhole ? text.options.guardInWords(value) : "") : text.options.guardOff;
  }

  draw();
  return {
    element: [isOn, h("div", { class: "guard-numbers" }, fields.map(({ field }) => field)), inWords],
    check: () => marked(fields.map((one) => [one.field, faultOf(one)])).length === 0,
    fault: (errors) => marked(fields.map(({ name, field }) => [field, errors.find((error) => error.field.endsWith(`removalGuard.${name}`))?.reason ?? null])).length > 0,
  };
}

/** What is no whole number stays as it was written: the check speaks of it. */
const numberIn = (said) => (/^\d{1,7}$/.test(said.trim()) ? Number(said) : said);

function marked(sentences) {
  for (const [field, sentence] of sentences) field.fault(sentence);
  const wrong = sentences.filter(([, sentence]) => sentence).map(([field]) => field);
  wrong[0]?.control.focus();
  return wrong;
}
