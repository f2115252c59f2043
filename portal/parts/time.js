/** Times on the screen: relative ones go on counting by themselves, the exact one is their title. */

import { ago, durationSince, exactTime, nextRun } from "../format.js";
import { text } from "../text.js";
import { h } from "./h.js";

const EVERY = 15_000;
const TELLS = new WeakMap();

setInterval(() => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-live]")) TELLS.get(element)?.();
}, EVERY);

/** "3 min ago"; the exact time, in UTC and here, on hover. */
export function agoTime(when, { prefix = (words) => words } = {}) {
  return live(when, (element) => (element.textContent = prefix(ago(when))));
}

/** "2 min 5 s", since *when*. */
export function sinceTime(when, { prefix = (words) => words } = {}) {
  return live(when, (element) => (element.textContent = prefix(durationSince(when))));
}

/** "in 6 days 23 h", or *past* once it has come. */
export function untilTime(when, { prefix = (words) => words, past = text.time.due } = {}) {
  return live(when, (element) => {
    const { isDue, countdown } = nextRun(when);
    element.textContent = isDue ? past : prefix(countdown);
  });
}

/** The exact time in full. */
export function exactly(when) {
  return h("time", { datetime: when }, exactTime(when));
}

/** The next run: UTC, countdown and local time. */
export function nextRunTime(when) {
  return live(when, (element) => {
    const { isDue, utc, local, countdown } = nextRun(when);
    element.replaceChildren(
      h("span", { class: "next-utc" }, utc),
      ...(isDue ? [] : [h("span", { class: "next-countdown" }, countdown), h("span", { class: "next-local" }, local)]),
    );
  });
}

/** "Updated 2 min ago", which `parts/refresh.js` uses. */
export const updatedTime = (when) => agoTime(when, { prefix: text.common.updated });

function live(when, tell) {
  const element = h("time", { datetime: new Date(when).toISOString(), title: exactTime(when), "data-live": true });
  TELLS.set(element, () => tell(element));
  tell(element);
  return element;
}
