/** The latest runs of one group. */

import { duration } from "../format.js";
import { text } from "../text.js";
import { stateBadge } from "./badge.js";
import { countsOf } from "./change_counts.js";
import { h } from "./h.js";
import { pagedList } from "./paged_list.js";
import { runLink } from "./run_link.js";
import { table } from "./table.js";
import { agoTime } from "./time.js";

const PAGE_SIZE = 5;
const OPEN = new Set(["queued", "running", "retrying"]);

/**
 * @param {import("../context.js").Context} context
 * @returns {HTMLElement} of `pagedList`; its `.load()` resolves to the runs, with `isAtWork`
 */
export function groupRuns(context, groupId) {
  const words = text.groupSchedule.runs;
  const list = table({ label: words.list, columns: columnsOf(context, groupId), rowKey: ({ runId }) => runId });
  return pagedList({
    list,
    pageSize: PAGE_SIZE,
    counted: () => "",
    whenNone: () => h("p", { class: "secondary" }, words.none),
    fetchPage: async (continuationToken, limit) => {
      const { body } = await context.api.get(`/groups/${groupId}/runs`, { limit, continuationToken });
      return { rows: body.runs, next: body.continuationToken, isAtWork: body.runs.some(({ state }) => OPEN.has(state)) };
    },
  });
}

function columnsOf(context, groupId) {
  const words = text.groupSchedule.runs;
  return [
    {
      key: "when",
      header: words.when,
      isName: true,
      cell: ({ runId, state, queuedAt, startedAt, endedAt }) => {
        const when = startedAt ?? endedAt ?? queuedAt;
        return runLink(context, { groupId, runId }, when ? agoTime(when) : text.states[state]);
      },
    },
    { key: "what", header: words.what, cell: ({ mode, trigger }) => words.modes[mode] ?? words[trigger] },
    {
      key: "state",
      header: words.state,
      cell: ({ state, reason }) => h("div", { class: "schedule-state" }, stateBadge(state), reason ? h("p", { class: "why" }, reason.text) : null),
    },
    { key: "changes", header: words.changes, cell: ({ counts }) => countsOf(counts) },
    { key: "duration", header: words.duration, cell: ({ durationSeconds }) => (durationSeconds === null ? null : duration(durationSeconds)) },
  ];
}
