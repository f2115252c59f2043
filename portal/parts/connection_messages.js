/** What a connection's status means for the person who looks at it, and what to do. */

import { text } from "../text.js";
import { linkButton } from "./controls.js";
import { messageBar } from "./message_bar.js";

/**
 * @param {object} connection as the API tells it
 * @param {{isConfirmed: boolean, hasLink: boolean, context: import("../context.js").Context}} around *hasLink*: the
 *   consent link is on the screen
 */
export function connectionMessages(connection, { isConfirmed, hasLink, context }) {
  const words = text.connection;
  const { status, consent, reason, fix } = connection;
  const bar = (intent, title, ...body) => messageBar({ intent, title, body: body.filter(Boolean).join(" "), live: false });
  const waiting = (title, body) => bar("info", title, body, hasLink ? null : words.linkLost);
  if (consent?.state === "trying") return [bar("info", words.tryingTitle, words.tryingBody)];
  switch (status) {
    case "none":
      return [bar("info", words.notConnectedTitle, words.notConnectedBody)];
    case "pending":
      return [waiting(words.pendingTitle, words.pendingBody)];
    case "failed":
      return [bar("error", words.failedTitle, reason, fix), consent?.state === "open" ? waiting(words.pendingTitle, words.pendingBody) : null];
    case "disconnected":
      return [bar("warning", words.disconnectedTitle, words.disconnectedBody)];
    default:
      return [
        consent?.state === "open" ? waiting(words.reconnectingTitle, words.reconnectingBody) : null,
        consent?.code ? bar("warning", words.notRenewedTitle, consent.reason, words.notRenewedBody, consent.fix) : null,
        isConfirmed ? null : messageBar({ body: words.confirmFields, actions: [linkButton({ label: words.confirmFieldsAction, href: context.href("fields") })], live: false }),
      ];
  }
}
