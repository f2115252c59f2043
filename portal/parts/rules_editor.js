/**
 * One tab's part of the document of field settings and sync options: edit, see the effect, save. What others have
 * saved meanwhile, here or on the other tab, is never overwritten unseen.
 */

import { differences, onTopOf, partsOf } from "../sync_document.js";
import { text } from "../text.js";
import { resolveConflict } from "./conflict.js";
import { button, setDisabled } from "./controls.js";
import { fill, h } from "./h.js";
import { messageBar } from "./message_bar.js";
import { openReview } from "./review.js";
import { agoTime } from "./time.js";

const PATH = "/sync-options";

/** Edits that were left behind unsaved, to be found again on the way back. */
const drafts = new Map();

/**
 * @typedef {object} Form
 * @property {HTMLElement} element
 * @property {object} value its parts of the document as they stand in the form
 * @property {() => boolean} check mark what is wrong, and tell whether nothing is
 * @property {(errors: {field: string, reason: string}[]) => boolean} fault mark what the API refuses; false where none
 *   of it is here
 *
 * @param {import("../context.js").Context} context
 * @param {{parts: string[], form: (document: object, options: {disabled: false|string, onChange: () => void}) => Form,
 *   inWords: (change: {part: string, key: string}, document: object) => {label: string, words: string}}} tab
 */
export async function rulesEditor(context, { parts, form: makeForm, inWords }) {
  const { api } = context;
  const draftKey = `${context.workspace.id}/${parts[0]}`;
  const needsManage = context.mayManage ? false : text.common.needsManage;
  const status = h("div", { class: "stack" });
  const place = h("div", {});
  const saveButton = button({ label: text.rules.review, appearance: "primary", onClick: review });
  const discardButton = button({ label: text.rules.discard, onClick: () => (show(saved), context.announce(text.rules.tookTheirs)) });
  let saved;
  let form;

  const edited = () => ({ ...partsOf(saved.document), ...form.value });
  const isEdited = () => differences(saved.document, edited(), parts).length > 0;
  const isFirst = () => saved.document.confirmedAt === null;
  const read = async () => {
    const { body, etag } = await api.get(PATH);
    return { document: body, etag };
  };

  function show(now, document = now.document) {
    saved = now;
    form = makeForm(document, { disabled: needsManage, onChange: changed });
    fill(place, form.element);
    fill(status, statusOf(now.document, needsManage));
    saveButton.textContent = isFirst() ? text.rules.confirmAndSave : text.rules.review;
    changed();
  }

  function changed() {
    setDisabled(saveButton, needsManage || (isFirst() || isEdited() ? false : text.rules.unchanged));
    setDisabled(discardButton, needsManage || (isEdited() ? false : text.rules.unchanged));
  }

  function review() {
    if (!form.check()) return context.announce(text.rules.mendFirst, { urgent: true });
    const mine = edited();
    const action = isFirst() ? text.rules.confirmAndSave : text.common.save;
    openReview({ context, document: mine, action, save: () => save(mine), onInvalid: ({ errors }) => form.fault(errors) });
  }

  /** Resolves to what has become of it, null where nothing was decided. */
  async function save(mine) {
    const base = saved.document;
    let { etag } = saved;
    for (let wanted = mine; ; ) {
      try {
        const answer = await api.put(PATH, wanted, { ifMatch: etag });
        return over({ document: answer.body, etag: answer.etag }, text.rules.done);
      } catch (problem) {
        if (problem.status !== 412) throw problem;
      }
      const theirs = await read();
      wanted = onTopOf(theirs.document, { base, mine });
      const left = differences(wanted, theirs.document, parts);
      if (left.length === 0 && !isFirst()) return over(theirs, text.rules.sameAlready);
      if (differences(base, theirs.document, parts).length > 0) {
        const choice = await resolveConflict({ fields: left.map((change) => versionsOf(change, wanted, theirs.document)) });
        if (choice === null) return null;
        if (choice === "theirs") return over(theirs, text.rules.tookTheirs);
      }
      ({ etag } = theirs);
    }
  }

  function over(now, sentence) {
    show(now);
    return sentence;
  }

  const versionsOf = (change, mine, theirs) => {
    const { label, words } = inWords(change, mine);
    return { label, mine: words, theirs: inWords(change, theirs).words };
  };

  const draft = drafts.get(draftKey);
  drafts.delete(draftKey);
  const now = await read();
  show(now, draft ? onTopOf(now.document, draft) : now.document);
  if (isEdited()) status.append(messageBar({ body: text.rules.unsaved, live: false }));
  context.signal.addEventListener("abort", () => isEdited() && drafts.set(draftKey, { base: saved.document, mine: edited() }));
  addEventListener("beforeunload", (event) => isEdited() && event.preventDefault(), { signal: context.signal });
  return h("div", { class: "stack" }, status, place, h("div", { class: "save-bar" }, saveButton, discardButton));
}

function statusOf({ confirmedAt }, needsManage) {
  return [
    needsManage ? messageBar({ body: needsManage, live: false }) : null,
    confirmedAt === null
      ? messageBar({ intent: "warning", title: text.rules.never, body: text.rules.neverBody, live: false })
      : h("p", { class: "secondary" }, agoTime(confirmedAt, { prefix: text.rules.saved }), ". ", text.rules.appliesNext),
  ];
}
