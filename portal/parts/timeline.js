/** Why? What happened to one person, newest first, over all groups. */

import { text } from "../text.js";
import { alteredList } from "./altered.js";
import { tag } from "./badge.js";
import { button } from "./controls.js";
import { fill, h } from "./h.js";
import { problemBar } from "./message_bar.js";
import { shimmer } from "./shimmer.js";
import { agoTime } from "./time.js";

const AT_ONCE = 10;
const MOST_SHOWN = 8;
const TONES = { added: "success", updated: "brand", removed: "danger" };
const words = text.timeline;

/**
 * @param {import("../context.js").Context} context @param {string} path of the person
 * @param {{names: Map<string, string>}} options *names*: of the groups that are known, by id
 * @returns {HTMLElement} with `.load()`, which begins again from the newest
 */
export function timeline(context, path, { names }) {
  const list = h("ol", { class: "timeline" });
  const below = h("div", {});
  const element = h("div", { class: "stack" }, list, below);
  let token;

  element.load = async () => {
    token = undefined;
    if (!list.firstChild) fill(below, shimmer({ lines: 3 }));
    await older({ afresh: true });
  };

  async function older({ afresh = false } = {}) {
    let body;
    try {
      ({ body } = await context.api.get(`${path}/timeline`, { limit: AT_ONCE, continuationToken: token }));
    } catch (failure) {
      if (failure.name === "AbortError") throw failure;
      //  Whom no sync could take in has no history.
      return fill(below, failure.status === 404 ? words.noneEver : problemBar(failure));
    }
    token = body.continuationToken;
    if (afresh) fill(list);
    const fresh = body.entries.map((entry) => entryOf(context, entry, names));
    list.append(...fresh);
    list.hidden = !list.firstChild;
    if (token) fill(below, button({ label: words.older, onClick: goOn }));
    else fill(below, h("p", { class: "secondary" }, list.firstChild ? words.end : words.none));
    return fresh;
  }

  async function goOn() {
    const fresh = await older();
    //  The button that was pressed is another one now, or gone: reading goes on with what came.
    fresh?.[0]?.focus();
  }
  return element;
}

function entryOf(context, entry, names) {
  const { groupId, runId, groupName, kind, reason, altered, by } = entry;
  const name = kind ? tag(words.kinds[kind], TONES[kind]) : null;
  const where = groupId === null ? words.byItself : words.inGroup(groupName ?? words.goneGroup);
  const run = groupId !== null && groupName !== null ? h("a", { href: context.runHref(groupId, runId) }, words.openRun) : null;
  const who = by === null ? null : by === context.session.me.id ? words.you : h("code", {}, by);
  return h(
    "li",
    { tabindex: "-1" },
    h("div", { class: "row" }, name, " ", h("span", {}, where), " ", h("span", { class: "secondary" }, agoTime(entry.at)), " ", run),
    kind === null ? h("p", {}, words.expired) : null,
    reason ? h("p", {}, reason.text) : null,
    changesOf(altered, groupName ? new Map([...names, [groupId, groupName]]) : names),
    who ? h("p", { class: "secondary" }, words.by, " ", who) : null,
  );
}

/** Old → new; many at once, as of somebody who was just taken in, on demand. */
function changesOf(altered, names) {
  if (altered.length === 0) return null;
  const list = alteredList(altered, { groupNames: names });
  return altered.length <= MOST_SHOWN ? list : h("details", {}, h("summary", {}, words.values(altered.length)), list);
}
