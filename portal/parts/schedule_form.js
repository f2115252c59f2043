/** The fields of a schedule: weekly with its day, or daily; on or paused; and what comes of them. */

import { eveningBefore, nextMidnightOf } from "../format.js";
import { text } from "../text.js";
import { checkbox, radios, select } from "./controls.js";
import { fill, h } from "./h.js";
import { messageBar } from "./message_bar.js";
import { nextRunTime } from "./time.js";

/** What is offered where there is no schedule yet. */
const FIRST = { cadence: "weekly", dayOfWeek: "monday", enabled: true };

/**
 * @typedef {{cadence: "weekly"|"daily", dayOfWeek?: string, enabled: boolean}} Wanted
 *
 * @param {{schedule: Wanted|null, plan: {canSync: boolean, canSyncDaily: boolean}}} options
 * @returns {HTMLElement} with `.value`, a `Wanted`
 */
export function scheduleForm({ schedule, plan }) {
  const words = text.manageSchedule;
  const from = schedule ?? FIRST;
  const outcome = h("div", { class: "schedule-outcome", "aria-live": "polite" });
  const cadence = radios({
    label: words.choose,
    value: from.cadence,
    onChange: tell,
    options: [
      { value: "weekly", label: words.weekly, hint: words.weeklyHint, disabled: plan.canSync ? undefined : words.needsBusiness },
      { value: "daily", label: words.daily, hint: words.dailyHint, disabled: plan.canSyncDaily ? undefined : words.needsEnterprise },
    ],
  });
  const days = Object.entries(text.time.weekdays).map(([value, label]) => ({ value, label }));
  const day = select({ label: words.day, options: days, value: from.dayOfWeek ?? FIRST.dayOfWeek, onChange: tell });
  const status = checkbox({ label: words.status, checked: from.enabled, onChange: tell, hint: words.statusHint });
  const form = h("div", { class: "schedule-form" }, cadence, day, status, outcome, h("p", { class: "hint" }, words.midnight));

  const value = () => {
    const { checked: enabled } = status.control;
    return cadence.value === "weekly" ? { cadence: "weekly", dayOfWeek: day.value, enabled } : { cadence: "daily", enabled };
  };

  function tell() {
    const { dayOfWeek, enabled } = value();
    const needed = dayOfWeek ? !plan.canSync && words.needsBusiness : !plan.canSyncDaily && words.needsEnterprise;
    const isOn = enabled && !needed;
    const evening = isOn && dayOfWeek ? eveningBefore(dayOfWeek) : null;
    day.hidden = dayOfWeek === undefined;
    fill(
      outcome,
      h("strong", {}, words.firstRun),
      isOn ? nextRunTime(nextMidnightOf(dayOfWeek)) : h("span", {}, enabled ? words.noPlan(needed) : words.noRun),
      evening ? messageBar({ intent: "warning", title: words.eveningBefore, body: evening, live: false }) : null,
    );
  }

  //  The dialog would give the focus to the first choice, whichever is chosen.
  cadence.querySelector("input:checked:enabled")?.setAttribute("autofocus", "");
  //  A checkbox that is not on the page yet does not know its state.
  requestAnimationFrame(tell);
  Object.defineProperty(form, "value", { get: value });
  return form;
}
