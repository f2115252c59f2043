/**
 * Two people changed the same thing (412): both versions side by side, and the choice.
 *
 *     const choice = await resolveConflict({ fields: [{ label: "Schedule", mine: "Daily …", theirs: "Weekly …" }] });
 */

import { text } from "../text.js";
import { openDialog } from "./dialog.js";
import { h } from "./h.js";
import { tag } from "./badge.js";

/**
 * @param {{title?: string, fields: {label: string, mine: string|Node, theirs: string|Node}[]}} options
 * @returns {Promise<"mine"|"theirs"|null>} null: closed without a choice
 */
export function resolveConflict({ title = text.conflict.title, fields }) {
  return new Promise((decided) => {
    const choose = (choice) => ({ run: () => decided(choice) });
    openDialog({
      title,
      wide: true,
      body: [text.conflict.explain, versions(fields)],
      actions: [
        { label: text.conflict.keepMine, primary: true, ...choose("mine") },
        { label: text.conflict.takeTheirs, ...choose("theirs") },
      ],
      onClose: () => decided(null),
    });
  });
}

function versions(fields) {
  const head = [text.conflict.field, text.conflict.mine, text.conflict.theirs];
  return h(
    "table",
    { class: "versions" },
    h("thead", {}, h("tr", {}, head.map((words) => h("th", { scope: "col" }, words)))),
    h(
      "tbody",
      {},
      fields.map(({ label, mine, theirs }) => {
        const differs = typeof mine === "string" && mine !== theirs;
        return h("tr", { class: differs ? "differs" : null }, h("th", { scope: "row" }, label, differs ? [" ", tag(text.conflict.differs, "warning")] : null), h("td", {}, mine), h("td", {}, theirs));
      }),
    ),
  );
}
