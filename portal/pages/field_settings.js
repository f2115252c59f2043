/** Field settings: which fields are synced and overwritten, and which extension attributes become custom fields. */

import { customAttributes } from "../parts/custom_attributes.js";
import { tag } from "../parts/badge.js";
import { toggle } from "../parts/controls.js";
import { h } from "../parts/h.js";
import { rulesEditor } from "../parts/rules_editor.js";
import { table } from "../parts/table.js";
import { text } from "../text.js";

/** Fields whose switches cannot be moved, and why. */
const LOCKED = { email: text.fields.emailLocked, profilePicture: text.fields.notYetReason };

/** @param {import("../context.js").Context} context */
export async function show(context) {
  const editor = await rulesEditor(context, { parts: ["fields", "customAttributes"], form, inWords });
  const meanings = [
    [text.fields.sync, text.fields.syncMeans],
    [text.fields.overwrite, text.fields.overwriteMeans],
  ];
  const explanation = h("dl", { class: "facts" }, meanings.map(([word, means]) => [h("dt", {}, word), h("dd", {}, means)]));
  return h("div", { class: "stack settings" }, h("h2", {}, text.nav.fields), h("p", {}, text.fields.intro), explanation, editor);
}

function form({ fields, customAttributes: mapped }, { disabled, onChange }) {
  const value = structuredClone(fields);
  const rows = () => Object.keys(text.fields.names).map((name) => ({ name, ...value[name] }));
  const columns = [
    { key: "field", header: text.fields.field, isName: true, cell: nameCell },
    { key: "source", header: text.fields.source, cell: ({ name }) => h("span", { class: "secondary" }, text.fields.sources[name]) },
    { key: "sync", header: text.fields.sync, cell: (row) => cell(row, "sync") },
    { key: "overwrite", header: text.fields.overwrite, cell: (row) => cell(row, "overwrite") },
  ];
  const cell = (row, which) =>
    toggle({
      label: text.fields.switchName(text.fields[which], text.fields.names[row.name]),
      checked: row[which],
      disabled: LOCKED[row.name] ?? (disabled || (which === "overwrite" && !row.sync ? text.fields.syncFirst : false)),
      action: which,
      onChange: (is) => {
        value[row.name] = { ...value[row.name], [which]: is };
        list.update(rows());
        onChange();
      },
    });
  const list = table({ label: text.fields.tableLabel, columns, rowKey: ({ name }) => name });
  list.update(rows());
  const custom = customAttributes(mapped, { disabled, onChange });
  return {
    element: h("div", { class: "stack" }, list, custom.element),
    get value() {
      return { fields: value, customAttributes: custom.value };
    },
    check: custom.check,
    fault: custom.fault,
  };
}

function nameCell({ name }) {
  return [
    h("div", {}, text.fields.names[name]),
    name === "email" ? h("p", { class: "hint" }, text.fields.emailLocked) : null,
    name === "profilePicture" ? tag(text.fields.notYet) : null,
  ].filter(Boolean);
}

function inWords({ part, key }, document) {
  const value = document[part][key];
  if (part === "fields") return { label: text.fields.names[key], words: text.fields.switchesInWords(value) };
  return { label: text.fields.customRow(key), words: text.fields.customInWords(value) };
}
