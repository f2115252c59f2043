/** The link for an administrator's consent: to copy, or to open; told once, and for an hour. */

import { text } from "../text.js";
import { announce } from "./announcer.js";
import { button, linkButton, textField } from "./controls.js";
import { h } from "./h.js";
import { untilTime } from "./time.js";

/** @param {{consentUrl: string, expiresAt: string}} link as the API tells it */
export function consentLink({ consentUrl, expiresAt }) {
  const field = textField({ label: text.connection.link.label, value: consentUrl, readonly: true });
  const copied = h("span", { class: "secondary" });
  const tell = (sentence) => {
    copied.textContent = sentence;
    announce(sentence);
  };
  async function copy() {
    try {
      await navigator.clipboard.writeText(consentUrl);
      tell(text.connection.link.copied);
    } catch {
      field.control.select();
      tell(text.connection.link.notCopied);
    }
  }
  field.control.addEventListener("focus", () => field.control.select());
  return h(
    "section",
    { class: "card stack consent-link", "aria-label": text.connection.link.title },
    h("h3", { tabindex: "-1" }, text.connection.link.title),
    h("p", {}, text.connection.link.once),
    field,
    h(
      "div",
      { class: "row" },
      button({ label: text.connection.link.copy, icon: "copy", appearance: "primary", onClick: copy }),
      linkButton({ label: text.connection.link.open, href: consentUrl, icon: "external", external: true }),
      copied,
      h("span", { class: "push" }),
      untilTime(expiresAt, { prefix: text.connection.link.expires, past: text.connection.link.expired }),
    ),
  );
}
