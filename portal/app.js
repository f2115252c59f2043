/**
 * Start: who is signed in, which page does the address name, show it.
 *
 * A page's `show(context, params)` returns its element and may throw what the API refuses; `pages/when_it_fails.js`
 * says what is shown then. Moving within one page's query keeps the page and tells `context.onQuery`.
 */

import { backoff, Problem } from "./api.js";
import { contextFor } from "./context.js";
import { announce } from "./parts/announcer.js";
import { createFrame } from "./parts/frame.js";
import { fill } from "./parts/h.js";
import { pageHead } from "./parts/heading.js";
import { showNetwork, waitForNetwork } from "./parts/network.js";
import { shimmer } from "./parts/shimmer.js";
import { toast } from "./parts/toast.js";
import { countWaiting } from "./parts/waiting_count.js";
import { closeRun, showRun } from "./parts/run_overlay.js";
import { choicePage, pageForFailure } from "./pages/when_it_fails.js";
import { hrefOf, match, startRouter } from "./router.js";
import { ROUTES } from "./routes.js";
import { openSession, portalConfig, SIGNED_OUT } from "./session.js";
import { text } from "./text.js";

const link = {
  fetch: (...request) => fetch(...request),
  wait: waitForNetwork,
  onNetwork: showNetwork,
  onSignedOut: () => session.me && leaveSignedOut(),
};

let session = SIGNED_OUT;
let frame;
let router;
let page = null;

async function start() {
  let failure = null;
  try {
    session = await openSession(link);
  } catch (thrown) {
    failure = thrown;
    session = { ...SIGNED_OUT, supportUrl: (await portalConfig(link)).supportUrl ?? "" };
  }
  frame = createFrame(session);
  if (failure) return showFailure(failure);
  router = startRouter({ base: "/portal", onMove: show });
  await show(new URL(location.href));
}

/** Show what *url* names: another page, or the same one with another query. */
async function show(url) {
  const found = match(ROUTES, url.pathname);
  const workspace = session.workspaces.find((one) => one.id === found?.params.workspaceId) ?? null;
  const choice = choicePage({ session, found, workspace });
  if (choice) return choice.goTo ? router.navigate(choice.goTo, { replace: true }) : showAlone(choice.element);
  if (found.route.redirect) {
    return router.navigate(hrefOf(ROUTES, found.route.redirect, found.params) + url.search, { replace: true });
  }
  let opening;
  if (page?.pathname === url.pathname) page.queryChanged(url.searchParams);
  else opening = openPage(url, found, workspace);
  showRun(page, url, link);
  await opening;
}

async function openPage(url, { route, params }, workspace) {
  const isFirst = page === null;
  leavePage();
  const href = (name, more = {}, query = {}) => hrefOf(ROUTES, name, { ...params, ...more }, query);
  const head = pageHead(route, href);
  const opened = contextFor({ session, workspace, url, head, href, frame, router, link });
  page = opened;
  frame.show({ workspace, nav: route.nav, href, ids: { group: params.groupId } });
  countWaiting(frame, link, workspace.id);
  const body = fill(document.createElement("div"), shimmer());
  body.className = "page-body";
  fill(frame.main, head.element, body);
  if (!isFirst) {
    head.heading.focus();
    scrollTo(0, 0);
  }
  try {
    const { show: showPage } = await modulePage(route, opened.context.signal);
    const element = await showPage(opened.context, params);
    if (page !== opened) return;
    fill(body, element);
    if (!isFirst) announce(document.title);
  } catch (failure) {
    if (page !== opened || opened.context.signal.aborted) return;
    fill(body, pageForFailure(failure, { session, workspace, again: () => (failure instanceof Problem ? reopen(url) : location.reload()) }));
  }
}

function reopen(url) {
  leavePage();
  show(url);
}

function leavePage() {
  //  What a page has asked is not answered on another one.
  for (const dialog of document.querySelectorAll("dialog.dialog")) dialog.close();
  closeRun();
  page?.leave();
  page = null;
}

function showAlone(element) {
  leavePage();
  frame.show({ session, workspace: null, href: () => "/portal" });
  fill(frame.main, element);
  document.title = text.documentTitle(element.querySelector("h1").textContent);
}

function showFailure(failure) {
  showAlone(pageForFailure(failure, { session, workspace: null, again: () => location.reload() }));
}

/** The session has ended while the portal was open. */
function leaveSignedOut() {
  session = { ...SIGNED_OUT, supportUrl: session.supportUrl };
  showFailure(new Problem({ code: "not-signed-in", detail: "", status: 401 }));
}

/**
 * The page's module. A browser that could not get one never asks for it again, so where it is the network that lacks,
 * all begins anew when there is one: the address names this page already.
 */
async function modulePage(route, signal) {
  try {
    return await route.load();
  } catch (failure) {
    if (navigator.onLine) throw failure;
    showNetwork(false);
    for (let tries = 1; !navigator.onLine; tries += 1) await waitForNetwork(backoff(tries), signal);
    location.reload();
    return new Promise(() => {});
  }
}

addEventListener("unhandledrejection", (event) => {
  const { reason } = event;
  //  What the page that was left still waited for; and what a button's press was refused, where nobody shows it nearer.
  if (reason?.name !== "AbortError" && !(reason instanceof Problem)) return;
  event.preventDefault();
  if (reason instanceof Problem && reason.status !== 401) toast(reason.detail, { intent: "error" });
});

start();
