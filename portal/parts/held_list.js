/** One list of held removals: why it waits, until when, who is on it, and the choice of people to decide about. */

import { text } from "../text.js";
import { button, setDisabled } from "./controls.js";
import { decide } from "./decide_held.js";
import { fill, h, newId } from "./h.js";
import { messageBar, problemBar } from "./message_bar.js";
import { shimmer } from "./shimmer.js";
import { table } from "./table.js";
import { agoTime, untilTime } from "./time.js";

const PAGE = 200;

/**
 * @param {import("../context.js").Context} context @param {object} hold as the API lists it
 * @param {{isOpen: boolean, onDecided: (hold: object, run: object) => Promise<void>,
 *   onOutdated: (hold: object, problem: object) => Promise<void>}} options *onOutdated*: it is not this list any more
 */
export function heldList(context, hold, { isOpen, onDecided, onOutdated }) {
  const words = text.approvals;
  let people = [];
  let pages = null;
  let isEverybody = false;

  const list = table({
    label: words.list(hold.groupName),
    columns: columnsFor(context),
    rowKey: ({ recipientId }) => recipientId,
    selection: { label: ({ name }) => words.select(name || words.unnamed), all: words.selectAll, onChange: chose },
  });
  const told = h("span", { class: "secondary", role: "status" });
  const everybody = h("div", {});
  const approve = button({ label: words.approve, icon: "approve", appearance: "primary", onClick: () => act("approve") });
  const reject = button({ label: words.reject, icon: "close", onClick: () => act("reject") });
  const more = button({ label: text.common.loadMore, onClick: loadPage });
  const place = h("div", { class: "stack" }, shimmer());
  const bar = h("div", { class: "command-bar" }, approve, reject, told);

  function chose(selected) {
    isEverybody = false;
    tell(selected.size);
  }

  function tell(count) {
    told.textContent = words.selected(count);
    const why = context.mayManage ? (count === 0 ? words.selectFirst : false) : text.common.needsManage;
    for (const one of [approve, reject]) {
      if (!why) one.removeAttribute("title");
      setDisabled(one, why);
    }
    const hasAllShown = people.length > 0 && list.selected.size === people.length;
    fill(everybody, hasAllShown && people.length < hold.people ? offer() : null);
  }

  /** More people wait than are shown; whoever selects all of these may mean all of those. */
  function offer() {
    if (isEverybody) return messageBar({ body: words.allSelected(hold.people) });
    const select = () => {
      isEverybody = true;
      tell(hold.people);
    };
    return messageBar({ body: words.shownSelected(people.length, hold.people), actions: [button({ label: words.selectEverybody(hold.people), onClick: select })] });
  }

  function act(verdict) {
    const chosen = isEverybody ? null : people.filter(({ recipientId }) => list.selected.has(recipientId));
    const unchosen = isEverybody ? [] : people.filter(({ recipientId }) => !list.selected.has(recipientId));
    const isWhole = people.length === hold.people;
    decide(context, hold, { verdict, chosen, unchosen, people: isWhole ? people : null, onDecided, onOutdated });
  }

  async function load() {
    const path = `/groups/${encodeURIComponent(hold.groupId)}/runs/${hold.runId}/held`;
    pages = context.api.pages(path, { limit: PAGE })[Symbol.asyncIterator]();
    people = [];
    await loadPage();
  }

  async function loadPage() {
    try {
      const { value, done } = await pages.next();
      if (!done) people = [...people, ...value.people];
      more.hidden = done || !value.continuationToken;
      list.update(people);
      if (!list.isConnected) fill(place, bar, everybody, list, more);
    } catch (failure) {
      if (context.signal.aborted) throw failure;
      fill(place, problemBar(failure, { actions: [button({ label: text.common.retry, onClick: load })] }));
    }
  }

  const heading = newId("hold");
  const opened = h(
    "details",
    { class: "hold-people", open: isOpen },
    h("summary", {}, words.waiting(hold.people)),
    place,
  );
  opened.addEventListener("toggle", () => opened.open && pages === null && load());
  return h(
    "section",
    { class: "card hold", "aria-labelledby": heading },
    h("div", { class: "title-row" }, h("h2", { id: heading }, h("a", { href: context.href("group-schedule", { groupId: hold.groupId }) }, hold.groupName)), expiry(hold)),
    h("p", {}, hold.why),
    h("p", { class: "secondary" }, agoTime(hold.frozenAt, { prefix: words.frozen }), " · ", h("a", { href: context.runHref(hold.groupId, hold.runId) }, words.showRun), " · ", words.expiresLabel),
    opened,
  );
}

function expiry({ expiresAt }) {
  return h("span", { class: "badge warning" }, untilTime(expiresAt, { prefix: text.approvals.expires, past: text.approvals.expired }));
}

function columnsFor(context) {
  const { columns, effects, unnamed } = text.approvals;
  return [
    { key: "name", header: columns.name, isName: true, cell: ({ recipientId, name }) => h("a", { href: context.href("person", { recipientId }) }, name || unnamed) },
    { key: "email", header: columns.email, cell: ({ email }) => email },
    { key: "effect", header: columns.effect, cell: ({ effect }) => effects[effect] },
    { key: "reason", header: columns.reason, cell: ({ reason }) => reason.text },
  ];
}
