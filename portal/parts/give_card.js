/** The dialog that gives a person a card by hand, in one of the linked groups. */

import { text } from "../text.js";
import { radios } from "./controls.js";
import { openDialog } from "./dialog.js";
import { fill, h } from "./h.js";
import { pageByPage } from "./page_by_page.js";
import { searchBox } from "./search_box.js";

const AT_ONCE = 20;
const words = text.person.groups;

/**
 * @param {import("../context.js").Context} context @param {string} path of the person
 * @param {{name: string, has: Set<string>, onGiven: () => Promise<void>}} options *has*: the groups with a card
 */
export async function giveCard(context, path, { name, has, onGiven }) {
  const body = h("div", { class: "stack" });
  let choice = null;
  let latest = null;

  async function look(search) {
    const mine = (latest = pageByPage({
      ask: (continuationToken) => context.api.get("/groups", { search, limit: 50, continuationToken }),
      rowsOf: ({ groups }) => groups.filter((group) => !has.has(group.groupId) && !group.unlinking),
      wanted: AT_ONCE,
    }));
    await mine.more();
    if (mine === latest) offer(mine.rows);
  }

  function offer(groups) {
    const shown = groups.slice(0, AT_ONCE);
    choice = shown.length === 0 ? null : radios({ label: words.giveIn, options: shown.map((group) => ({ value: group.groupId, label: group.name, hint: group.description })), value: shown[0].groupId });
    dialog?.setDisabled(words.give, choice === null);
    fill(body, choice ?? h("p", {}, words.giveNone), groups.length > AT_ONCE ? h("p", { class: "secondary" }, words.giveFirst(AT_ONCE)) : null);
    names = new Map(shown.map((group) => [group.groupId, group.name]));
  }

  const give = async ({ close }) => {
    const group = choice.value;
    await context.api.put(`${path}/cards/${encodeURIComponent(group)}`);
    close();
    context.toast(words.given(names.get(group)));
    await onGiven();
  };

  let names;
  let dialog = null;
  await look("");
  dialog = openDialog({
    title: words.giveTitle(name),
    body: [words.giveExplain, h("div", { class: "row" }, searchBox({ label: words.giveSearch, onSearch: look })), body],
    actions: [{ label: words.give, primary: true, disabled: choice === null, run: give }],
  });
}
