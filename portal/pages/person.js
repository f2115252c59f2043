/** One person: profile, cards, and why. */

import { stateBadge, tag } from "../parts/badge.js";
import { button, setDisabled } from "../parts/controls.js";
import { giveCard } from "../parts/give_card.js";
import { fill, h } from "../parts/h.js";
import { messageBar } from "../parts/message_bar.js";
import { changeStatus, editPerson } from "../parts/person_edit.js";
import { groupsTable, keptBy, takeCard } from "../parts/person_groups.js";
import { section, statusFacts, valuesTable } from "../parts/person_profile.js";
import { refreshBar } from "../parts/refresh.js";
import { syncPerson } from "../parts/sync_steps.js";
import { timeline } from "../parts/timeline.js";
import { text } from "../text.js";

const words = text.person;

/** @param {import("../context.js").Context} context @param {{recipientId: string}} params */
export async function show(context, { recipientId }) {
  const path = `/recipients/${encodeURIComponent(recipientId)}`;
  context.supportIds({ recipient: recipientId });
  //  A card's group by its name, where the page knows it.
  const names = new Map();
  const why = timeline(context, path, { names });
  try {
    return await personPage(context, path, { why, names });
  } catch (problem) {
    if (problem.code !== "recipient-deleted") throw problem;
    context.title(words.deleted);
    await why.load();
    return h("div", { class: "stack" }, messageBar({ intent: "warning", body: problem.detail, live: false }), section(text.timeline.title, why));
  }
}

async function personPage(context, path, { why, names }) {
  let found;
  let name;
  const messages = h("div", { class: "stack" });
  const facts = h("div", {});
  const kept = h("p", {});
  const values = valuesTable();
  const groups = groupsTable(context, { onTake: take });
  const noGroups = h("p", { class: "secondary" }, words.groups.none);
  const bar = refreshBar({ onRefresh: load });

  async function load() {
    found = await context.api.get(path);
    for (const { groupId, groupName } of found.body.groups) names.set(groupId, groupName ?? groupId);
    draw(found.body);
    bar.done();
    await why.load();
  }

  function draw(person) {
    name = nameOf(person);
    context.title(name, person.takenIn ? stateBadge(person.status) : tag(words.notTakenIn, "warning"));
    fill(messages, messagesOf(person));
    messages.hidden = !messages.firstChild;
    profile.hidden = !person.takenIn;
    if (person.takenIn) {
      fill(facts, statusFacts(person));
      values.update(person);
    }
    kept.textContent = keptBy(person);
    groups.update(person.groups);
    groups.hidden = person.groups.length === 0;
    noGroups.hidden = !groups.hidden;
    offer(person);
  }

  function offer(person) {
    const refused = context.mayManage ? (person.takenIn ? false : words.actions.notTakenIn) : text.common.needsManage;
    for (const one of [edit, sync, deactivate, give]) setDisabled(one, refused);
    setDisabled(activate, refused || (person.inactiveBecause === "disabled" ? words.actions.disabledInEntra : false));
    activate.hidden = person.status !== "inactive";
    deactivate.hidden = !activate.hidden;
  }

  const around = () => ({ name, onSaved: load });
  const edit = button({ label: words.actions.edit, icon: "edit", onClick: () => editPerson(context, path, found, around()) });
  const sync = button({ label: words.actions.sync, icon: "refresh", appearance: "primary", onClick: () => syncPerson(context, path, { name, groupNames: names, onSynced: load }) });
  const statusButton = (label, icon, status) =>
    button({
      label,
      icon,
      onClick: async () => {
        await changeStatus(context, path, found, { ...around(), status });
        //  The one that was pressed is hidden now, where the status has changed.
        (activate.hidden ? deactivate : activate).focus();
      },
    });
  const deactivate = statusButton(words.actions.deactivate, "pause", "inactive");
  const activate = statusButton(words.actions.activate, "play", "active");
  const has = () => new Set(found.body.groups.filter((group) => group.card).map((group) => group.groupId));
  const give = button({ label: words.groups.give, icon: "add", onClick: () => giveCard(context, path, { name, has: has(), onGiven: load }) });

  async function take(group) {
    if (!(await takeCard(context, path, group, { name }))) return;
    await load();
    give.focus();
  }

  const profile = section(words.profile.title, facts, values);
  context.onChanged(load);
  await load();
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "command-bar" }, sync, edit, deactivate, activate, h("span", { class: "push" }), bar),
    messages,
    profile,
    section(words.groups.title, kept, groups, noGroups, h("div", {}, give)),
    section(text.timeline.title, h("p", { class: "secondary" }, text.timeline.explain), why),
  );
}

function nameOf({ takenIn, values, recipientId }) {
  if (!takenIn) return recipientId;
  return values.name?.value ?? values.email?.value ?? words.noName;
}

function messagesOf({ takenIn, groups, allGroupsSeen }) {
  const reasons = groups.filter((group) => group.place === "refused" && group.reason).map((group) => words.groups.refused(group.groupName ?? group.groupId, group.reason.text));
  return [
    takenIn && reasons.length === 0 ? null : messageBar({ intent: "warning", title: takenIn ? undefined : words.notTakenInTitle, body: reasons.map((reason) => h("p", {}, reason)), live: false }),
    allGroupsSeen ? null : messageBar({ body: words.groups.notAllSeen, live: false }),
  ];
}
