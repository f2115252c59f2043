/** A run's changes as one CSV file, put together from as many pages as there are. */

import { text } from "../text.js";
import { h } from "./h.js";

/** Without it Excel does not read UTF-8; reading an answer as text has taken it away. */
const BYTE_ORDER_MARK = "\ufeff";

/** @param {import("../context.js").Context} context @param {{path: string, kind: string|null, name: string}} file */
export async function saveCsv(context, { path, kind, name }) {
  const parts = [];
  for await (const page of context.api.csv(path, { kind })) parts.push(parts.length === 0 ? page : withoutHead(page));
  const url = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, ...parts], { type: "text/csv" }));
  h("a", { href: url, download: name }).click();
  URL.revokeObjectURL(url);
  context.toast(text.run.csvMade(parts.length));
}

/** Each page is a file of its own and begins with the names of the columns. */
const withoutHead = (page) => page.slice(page.indexOf("\r\n") + 2);
