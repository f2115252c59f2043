/** Extension attributes of Entra ID, each mapped to a custom field with a name: rows that can be added and removed. */

import { text } from "../text.js";
import { button, select, setDisabled, textField, toggle } from "./controls.js";
import { fill, h } from "./h.js";

const NUMBERS = Array.from({ length: 15 }, (_, index) => String(index + 1));
/** As the API takes it. */
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,39}$/;

/**
 * @param {Record<string, {name: string, sync: boolean, overwrite: boolean}>} mapped by the attribute's number
 * @param {{disabled: false|string, onChange: () => void}} options
 */
export function customAttributes(mapped, { disabled, onChange }) {
  const rows = Object.entries(mapped).map(([number, one]) => rowOf(number, one));
  const list = h("ul", { class: "custom-rows" });
  const none = h("p", { class: "secondary" }, text.fields.customNone);
  const addButton = button({ label: text.fields.customAdd, icon: "add", onClick: add });
  const free = () => NUMBERS.filter((number) => !rows.some((row) => row.number === number));

  function rowOf(number, one) {
    return attributeRow(number, one, { disabled, onRemove: remove, onChange: () => (offer(), onChange()) });
  }

  /** No attribute can be chosen twice. */
  function offer() {
    for (const row of rows) row.offer(free());
    none.hidden = rows.length > 0;
    setDisabled(addButton, disabled || (free().length === 0 ? text.fields.customFull : false));
  }

  function add() {
    const row = rowOf(free()[0], { name: "", sync: true, overwrite: true });
    rows.push(row);
    list.append(row.element);
    offer();
    onChange();
    row.focus();
  }

  function remove(row) {
    rows.splice(rows.indexOf(row), 1);
    row.element.remove();
    offer();
    onChange();
    addButton.focus();
  }

  fill(list, rows.map((row) => row.element));
  offer();
  return {
    element: h("section", { class: "card stack" }, h("h3", {}, text.fields.customTitle), h("p", { class: "secondary" }, text.fields.customBody), none, list, h("div", {}, addButton)),
    get value() {
      return Object.fromEntries(rows.map((row) => [row.number, row.value]));
    },
    check: () => marked(rows.map((row) => [row, NAME.test(row.value.name) ? null : text.fields.wrongName])).length === 0,
    fault: (errors) =>
      marked(rows.map((row) => [row, errors.find(({ field }) => field.startsWith(`customAttributes.${row.number}`))?.reason ?? null])).length > 0,
  };
}

/** Show each row its sentence; the first that has one gets the focus. */
function marked(sentences) {
  for (const [row, sentence] of sentences) row.fault(sentence);
  const wrong = sentences.filter(([, sentence]) => sentence).map(([row]) => row);
  wrong[0]?.focus();
  return wrong;
}

function attributeRow(number, one, { disabled, onRemove, onChange }) {
  const value = { ...one };
  const set = (name) => (now) => {
    value[name] = now;
    onChange();
  };
  const attribute = select({ label: text.fields.customAttribute, options: NUMBERS.map((each) => ({ value: each, label: text.fields.customNumber(each) })), value: number, onChange });
  const name = textField({ label: text.fields.customName, value: one.name, required: true, hint: text.fields.customHint, onInput: set("name") });
  const switches = ["sync", "overwrite"].map((which) => toggle({ label: text.fields[which], checked: one[which], visibleLabel: true, disabled, onChange: set(which) }));
  const removeButton = button({ label: text.fields.customRemove(number), icon: "delete", iconOnly: true, appearance: "subtle", disabled, onClick: () => onRemove(row) });
  attribute.control.disabled = name.control.disabled = Boolean(disabled);
  const group = h("div", { class: "custom-row", role: "group" }, attribute, name, h("div", { class: "custom-switches" }, switches), removeButton);
  const row = {
    element: h("li", {}, group),
    get number() {
      return attribute.value;
    },
    get value() {
      return { ...value, name: value.name.trim() };
    },
    offer: (free) => {
      for (const option of attribute.control.options) option.disabled = option.value !== row.number && !free.includes(option.value);
      group.setAttribute("aria-label", text.fields.customRow(row.number));
      removeButton.setAttribute("aria-label", text.fields.customRemove(row.number));
      removeButton.title = disabled || text.fields.customRemove(row.number);
    },
    fault: name.fault,
    focus: () => name.control.focus(),
  };
  return row;
}
