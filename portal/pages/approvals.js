/** Needs approval: the held removals of all groups, who is on each list and why, and the decision. */

import { linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { fill, h } from "../parts/h.js";
import { heldList } from "../parts/held_list.js";
import { messageBar } from "../parts/message_bar.js";
import { refreshBar } from "../parts/refresh.js";
import { text } from "../text.js";

/** Lists that show their people at once; the others when they are opened. */
const OPEN_AT_FIRST = 3;

/** @param {import("../context.js").Context} context */
export async function show(context) {
  const notices = h("div", { class: "stack" });
  const place = h("div", { class: "stack" });
  const bar = refreshBar({ onRefresh: load });
  let shown = new Map();

  async function load() {
    const holds = [];
    for await (const page of context.api.pages("/holds", { limit: 200 })) holds.push(...page.holds);
    const before = shown;
    shown = new Map();
    for (const hold of holds) {
      //  What is the same list keeps its element, and so what was selected in it.
      const key = `${hold.runId} ${hold.digest}`;
      shown.set(key, before.get(key) ?? heldList(context, hold, { isOpen: shown.size < OPEN_AT_FIRST, onDecided: decided, onOutdated: outdated }));
    }
    place.replaceChildren(...(holds.length > 0 ? [h("p", {}, text.approvals.intro), ...shown.values()] : [nothing(context)]));
    context.navCount("approvals", holds.length);
    bar.done();
  }

  async function decided(hold, run) {
    fill(notices);
    context.announce(text.approvals.decided(hold.groupName));
    await load();
    context.navigate(context.runHref(hold.groupId, run.runId));
  }

  async function outdated(hold, problem) {
    await load();
    const body = [text.approvals.outdatedBody, " ", problem.detail];
    fill(notices, messageBar({ intent: "warning", title: text.approvals.outdated(hold.groupName), body, onDismiss: () => {} }));
  }

  context.onChanged(load);
  await load();
  return h("div", { class: "stack" }, bar, notices, place);
}

function nothing(context) {
  return emptyState({
    title: text.approvals.none,
    body: text.approvals.noneBody,
    action: linkButton({ label: text.approvals.toSchedules, href: context.href("schedules") }),
    iconName: "success",
  });
}
