/** One group's current schedule, its status and its configuration. */

import { eveningBefore, number } from "../format.js";
import { text } from "../text.js";
import { h } from "./h.js";
import { lastRunOf } from "./last_run.js";
import { messageBar } from "./message_bar.js";
import { scheduleState } from "./schedule_state.js";
import { agoTime, nextRunTime } from "./time.js";

/** As many letters of a description as stand beside a schedule without pushing it away. */
const LONG = 160;

/** @param {import("../context.js").Context} context @param {object} schedule as the API shows it */
export function currentSchedule(context, schedule) {
  const words = text.groupSchedule;
  const { groupId, inWords, dayOfWeek, state, nextRun, lastRun, lastSuccessAt } = schedule;
  const evening = nextRun && dayOfWeek ? eveningBefore(dayOfWeek) : null;
  return section(words.current, [
    facts([
      [words.schedule, inWords],
      [words.status, scheduleState(context, schedule)],
      [words.nextRun, nextRun ? nextRunTime(nextRun) : text.schedules.noNextRun],
      [words.lastRun, lastRunOf(context, { groupId, lastRun, beside: state })],
      [words.lastSuccess, lastSuccessAt ? agoTime(lastSuccessAt) : text.schedules.noRunYet],
    ]),
    evening ? messageBar({ intent: "warning", title: words.eveningBefore, body: evening, live: false }) : null,
  ]);
}

/** @param {import("../context.js").Context} context @param {object} group as the API shows it */
export function configuration(context, { entraGroupId, name, description, members }) {
  const words = text.groupSchedule;
  const link = (label, route) => h("li", {}, h("a", { href: context.href(route) }, label));
  return section(words.configuration, [
    facts([
      [words.entraGroup, [name, h("div", {}, h("code", {}, entraGroupId))]],
      description ? [words.description, lengthy(description)] : null,
      [words.size, h("span", { class: "number" }, number(members))],
      [words.follows, h("ul", { class: "plain-list" }, link(text.nav.options, "options"), link(text.nav.fields, "fields"))],
    ]),
  ]);
}

/** The beginning of what is long, and all of it when it is opened. */
function lengthy(words) {
  if (words.length <= LONG) return words;
  return h("details", { class: "lengthy" }, h("summary", {}, h("span", {}, `${words.slice(0, LONG)} …`)), words);
}

function section(title, content) {
  return h("section", { class: "card" }, h("h2", {}, title), content);
}

function facts(pairs) {
  return h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
