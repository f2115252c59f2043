/** Where "Contact our support" leads: the set address, with the ids that support asks for first. */

import { text } from "../text.js";
import { h } from "./h.js";

/** @returns {HTMLElement|null} null where no address is set */
export function supportLink({ supportUrl }, ids, { asButton = false } = {}) {
  if (!supportUrl) return null;
  return h("a", { class: asButton ? "link-button" : null, href: supportHref(supportUrl, ids), target: "_blank", rel: "noopener" }, text.frame.support);
}

/**
 * @param {string} url of the setting; a page's, or a mail address with "mailto:"
 * @param {Record<string, string|null|undefined>} ids such as {workspace, run, request}
 */
export function supportHref(url, ids) {
  const given = Object.entries(ids).filter(([, id]) => id);
  if (given.length === 0) return url;
  if (url.startsWith("mailto:")) {
    const body = given.map(([name, id]) => `${name}: ${id}`).join("\n");
    return `${url}${url.includes("?") ? "&" : "?"}body=${encodeURIComponent(body)}`;
  }
  const target = new URL(url);
  for (const [name, id] of given) target.searchParams.set(name, id);
  return target.href;
}
