/** The *Manage Schedule* dialog: create, change, pause, resume and delete a group's schedule. */

import { scheduleInWords } from "../format.js";
import { text } from "../text.js";
import { resolveConflict } from "./conflict.js";
import { deleteSchedule } from "./delete_schedule.js";
import { openDialog } from "./dialog.js";
import { scheduleForm } from "./schedule_form.js";

const OVERTAKEN = new Set(["schedule-changed", "schedule-not-found"]);

/** The group's schedule with its ETag; null for both where there is none. */
export async function readSchedule(context, groupId) {
  try {
    const { body, etag } = await context.api.get(`/groups/${groupId}/schedule`);
    return { schedule: body, etag };
  } catch (problem) {
    if (problem.code !== "schedule-not-found") throw problem;
    return { schedule: null, etag: null };
  }
}

/**
 * @param {import("../context.js").Context} context
 * @param {{groupId: string, name: string}} group
 * @param {{changed: () => Promise<void>, hasSchedule?: boolean}} options *hasSchedule*: false where it is known that
 *   there is none to ask for
 */
export async function manageSchedule(context, group, { changed, hasSchedule = true }) {
  const words = text.manageSchedule;
  const path = `/groups/${group.groupId}/schedule`;
  let current = hasSchedule ? await readSchedule(context, group.groupId) : { schedule: null, etag: null };
  const form = scheduleForm({ schedule: current.schedule, plan: context.workspace });

  async function save() {
    try {
      const saved = await send();
      done(saved && (saved.enabled ? words.saved(group.name, saved.inWords) : words.savedPaused(group.name)));
    } catch (problem) {
      if (!OVERTAKEN.has(problem.code)) throw problem;
      return settle();
    }
    return true;
  }

  /** The schedule as it is saved; null where there was nothing to change. */
  async function send() {
    if (!current.schedule) return (await context.api.put(path, form.value, { ifNoneMatch: "*" })).body;
    const body = alterations(current.schedule, form.value);
    return Object.keys(body).length > 0 ? (await context.api.patch(path, body, { ifMatch: current.etag })).body : null;
  }

  /** Somebody else was first: theirs, or ours on top of it. */
  async function settle() {
    const theirs = await readSchedule(context, group.groupId);
    const choice = await resolveConflict({ fields: differences(form.value, theirs.schedule) });
    if (choice === null) return false;
    if (choice === "mine") {
      current = theirs;
      return save();
    }
    done(null);
    return true;
  }

  async function remove() {
    if (!(await deleteSchedule(context, group))) return false;
    done(text.scheduleActions.deleted(group.name));
    return true;
  }

  /** What is said inside the dialog would go with it. */
  function done(sentence) {
    close();
    if (sentence) context.toast(sentence);
    changed();
  }

  const { close } = openDialog({
    title: words.title(group.name),
    body: form,
    actions: [
      { label: text.common.save, primary: true, run: save },
      ...(current.schedule ? [{ label: text.common.delete, start: true, danger: true, run: remove }] : []),
    ],
  });
  context.signal.addEventListener("abort", close, { once: true });
}

/** What has to be sent to turn *schedule* into *wanted*: pausing alone works on any plan. */
function alterations(schedule, wanted) {
  const { cadence, dayOfWeek, enabled } = wanted;
  const isSame = cadence === schedule.cadence && dayOfWeek === schedule.dayOfWeek;
  return {
    ...(isSame ? {} : { cadence }),
    ...(isSame || dayOfWeek === undefined ? {} : { dayOfWeek }),
    ...(enabled === schedule.enabled ? {} : { enabled }),
  };
}

function differences(mine, theirs) {
  const words = text.manageSchedule;
  const status = ({ enabled }) => (enabled ? words.enabled : words.disabled);
  return [
    { label: words.schedule, mine: scheduleInWords(mine), theirs: theirs ? theirs.inWords : words.noSchedule },
    { label: words.status, mine: status(mine), theirs: theirs ? status(theirs) : words.noSchedule },
  ];
}
