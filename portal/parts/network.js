/** Says that the network is lost, and when it is back; and waits for it. */

import { text } from "../text.js";
import { announce, onTop } from "./announcer.js";
import { h } from "./h.js";
import { icon } from "./icons.js";

let bar = null;

/** For the API client's `onNetwork`. */
export function showNetwork(isThere) {
  if (!isThere) {
    bar ??= h("div", { class: "network-bar", role: "status" }, icon("warning"), text.network.offline);
    //  What is open over the page hides what stands there, and takes its own with it when it closes.
    if (bar.parentElement !== onTop()) onTop().prepend(bar);
  } else if (bar) {
    bar.remove();
    bar = null;
    announce(text.network.back);
  }
}

/** Wait *seconds*, or until the browser has a network again; reject when *signal* is aborted. */
export function waitForNetwork(seconds, signal) {
  return new Promise((resolve, reject) => {
    const done = (settle) => () => {
      clearTimeout(timer);
      removeEventListener("online", now);
      signal?.removeEventListener("abort", left);
      settle();
    };
    const now = done(resolve);
    const left = done(() => reject(signal.reason));
    const timer = setTimeout(now, seconds * 1000);
    addEventListener("online", now);
    signal?.addEventListener("abort", left);
  });
}
