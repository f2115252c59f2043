/** Connection: how it stands with Entra ID, the consent link, reconnect and disconnect. */

import { stateBadge } from "../parts/badge.js";
import { consentLink } from "../parts/consent_link.js";
import { connectionMessages } from "../parts/connection_messages.js";
import { button } from "../parts/controls.js";
import { openDialog } from "../parts/dialog.js";
import { fill, h } from "../parts/h.js";
import { problemBar } from "../parts/message_bar.js";
import { poll } from "../parts/polling.js";
import { refreshBar } from "../parts/refresh.js";
import { agoTime } from "../parts/time.js";
import { text } from "../text.js";

const LOOK_EVERY = 3;
const BEGUN = new Set(["connected", "pending", "failed"]);
const OFF_STATES = ["paused", "paused-by-system"];

/** @param {import("../context.js").Context} context */
export async function show(context) {
  const { api, signal } = context;
  const needsManage = context.mayManage ? false : text.common.needsManage;
  const [messages, facts, commands, refused, link] = ["stack", "card", "command-bar", "stack", "stack"].map((name) => h("div", { class: name }));
  const bar = refreshBar({ onRefresh: load });
  const watch = poll({ signal, seconds: LOOK_EVERY, look: load });
  let connection = null;
  let shown = "";

  /** Look; tells whether something is under way. */
  async function load() {
    const { body } = await api.get("/connection");
    const isConfirmed = body.status !== "connected" || (await api.get("/sync-options")).body.confirmedAt !== null;
    const before = connection;
    connection = body;
    draw(isConfirmed);
    bar.done();
    if (before) tellWhatBecame(before);
    const isUnderWay = ["open", "trying"].includes(connection.consent?.state);
    if (isUnderWay) watch.start();
    return isUnderWay;
  }

  function draw(isConfirmed) {
    const said = JSON.stringify([connection, isConfirmed]);
    if (said === shown) return;
    shown = said;
    if (connection.consent?.state !== "open") fill(link);
    fill(messages, connectionMessages(connection, { isConfirmed, context, hasLink: link.childElementCount > 0 }));
    fill(facts, factsOf(connection));
    fill(commands, commandsFor(connection));
  }

  function tellWhatBecame(before) {
    if (before.status !== connection.status && connection.status === "connected") context.toast(text.connection.isConnected);
    else if (before.consent?.state !== connection.consent?.state && connection.consent?.code) context.announce(connection.consent.reason, { urgent: true });
  }

  function commandsFor({ status }) {
    const words = { none: text.connection.connect, disconnected: text.connection.connect, connected: text.connection.reconnect, failed: text.connection.connectAgain, pending: text.connection.newLink };
    return [
      button({ label: words[status], icon: "plug", appearance: status === "connected" ? undefined : "primary", disabled: needsManage, onClick: connect }),
      button({ label: text.connection.disconnect, disabled: needsManage || (BEGUN.has(status) ? false : text.connection.nothingToDisconnect), onClick: disconnect }),
      h("span", { class: "push" }),
      bar,
    ];
  }

  async function connect() {
    fill(refused);
    try {
      const { body } = await api.post("/connection");
      fill(link, consentLink(body));
    } catch (problem) {
      return fill(refused, problemBar(problem));
    }
    shown = "";
    await load();
    link.querySelector("h3").focus();
  }

  async function disconnect() {
    const { body } = await api.get("/schedules", { limit: 1 });
    const running = body.total - OFF_STATES.reduce((sum, state) => sum + (body.states[state] ?? 0), 0);
    const words = text.connection.ending;
    const end = async ({ close }) => {
      await api.delete("/connection");
      fill(link);
      await load();
      close();
      context.toast(text.connection.isDisconnected);
    };
    openDialog({ title: words.title, body: [words.schedules(running), words.stays, words.consent], danger: true, actions: [{ label: words.action(running), primary: true, run: end }] });
  }

  await load();
  return h("div", { class: "stack settings" }, h("h2", {}, text.nav.connection), commands, refused, messages, link, facts, permissions());
}

function factsOf({ status, since, tenantId, triedAt }) {
  const pairs = [
    [text.connection.status, stateBadge(status === "none" ? "not-connected" : status)],
    [text.connection.sinceLabel, since ? agoTime(since) : status === "none" ? null : text.connection.sinceNever],
    [text.connection.tenant, tenantId ? h("code", {}, tenantId) : null],
    [text.connection.triedAt, triedAt ? agoTime(triedAt) : null],
  ];
  return h("dl", { class: "facts" }, pairs.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

const permissions = () => h("section", { class: "stack" }, h("h3", {}, text.connection.permissions), h("p", { class: "secondary" }, text.connection.permissionsBody));
