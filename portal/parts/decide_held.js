/** The decision about held removals: what it does, in numbers, and what becomes of the others on the list. */

import { text } from "../text.js";
import { radios } from "./controls.js";
import { openDialog } from "./dialog.js";
import { fill, h } from "./h.js";

const OTHER = { approve: "reject", reject: "approve" };
//  It is not the list that was shown any more, or somebody was faster.
const OUTDATED = new Set(["digest-outdated", "hold-closed", "not-held", "hold-not-found"]);

/**
 * @param {import("../context.js").Context} context
 * @param {object} hold as the API lists it
 * @param {{verdict: "approve"|"reject", chosen: object[]|null, unchosen: object[], people: object[]|null,
 *   onDecided: Function, onOutdated: Function}} choice *chosen*: null for everybody; *people*: everybody, where known
 */
export function decide(context, hold, { verdict, chosen, unchosen, people, onDecided, onOutdated }) {
  const words = text.approvals;
  const count = chosen?.length ?? hold.people;
  const rest = hold.people - count;
  const isApproval = verdict === "approve";
  const effects = h("ul", { class: "effects" });
  const others = rest > 0 ? radios({ label: words.rest(rest), value: "wait", options: forTheRest(isApproval), onChange: drawEffects }) : null;

  function drawEffects() {
    const goes = isApproval ? [chosen ?? people, count] : [people && unchosen, rest];
    const stays = isApproval ? rest : count;
    const both = others?.value === "decide";
    fill(
      effects,
      isApproval || both ? h("li", {}, words.leave(goes[1], hold.groupName, goes[0] && effectsOn(goes[0]))) : null,
      !isApproval || both ? h("li", {}, words.stay(stays, hold.groupName)) : null,
    );
  }
  drawEffects();

  openDialog({
    title: isApproval ? words.approveTitle(hold.groupName) : words.rejectTitle(hold.groupName),
    body: [effects, others, words.checked].filter(Boolean),
    danger: isApproval,
    actions: [
      {
        label: isApproval ? words.approveAction(count) : words.rejectAction(count),
        primary: true,
        run: async ({ close }) => {
          const body = { digest: hold.digest, [verdict]: chosen ? chosen.map(({ recipientId }) => recipientId) : "all" };
          if (others?.value === "decide") body[OTHER[verdict]] = "all";
          await send(context, hold, body, { close, onDecided, onOutdated });
        },
      },
    ],
  });
}

async function send(context, hold, body, { close, onDecided, onOutdated }) {
  const path = `/groups/${encodeURIComponent(hold.groupId)}/runs/${hold.runId}/decision`;
  let answer;
  try {
    answer = await context.api.post(path, body);
  } catch (problem) {
    if (!OUTDATED.has(problem.code)) throw problem;
    close();
    return onOutdated(hold, problem);
  }
  close();
  return onDecided(hold, answer.body);
}

function forTheRest(isApproval) {
  const { restWaits, restWaitsHint, restRejected, restApproved } = text.approvals;
  return [
    { value: "wait", label: restWaits, hint: restWaitsHint },
    { value: "decide", label: isApproval ? restRejected : restApproved },
  ];
}

/** How many of *people* leave, become inactive, are deleted or stay, and how many become inactive inside the group. */
function effectsOn(people) {
  const counts = { none: 0, leaves: 0, "becomes-inactive": 0, "is-deleted": 0, deactivated: 0 };
  for (const { kind, effect } of people) counts[kind === "deactivation" && effect !== "none" ? "deactivated" : effect] += 1;
  return counts;
}
