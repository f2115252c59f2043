/** What a page gets to work with, and what ends when it is left. */

import { createApi } from "./api.js";
import { announce } from "./parts/announcer.js";
import { toast } from "./parts/toast.js";
import { withQuery } from "./router.js";

/**
 * @typedef {object} Context
 * @property {ReturnType<typeof createApi>} api of this workspace; its requests end with the page
 * @property {{id: string, name: string, plan: string, canSync: boolean, canSyncDaily: boolean}} workspace
 * @property {string[]} roles
 * @property {boolean} mayManage false: show everything, offer no change
 * @property {import("./session.js").Session} session
 * @property {AbortSignal} signal aborted when the page is left
 * @property {URLSearchParams} query of the address, as it is now
 * @property {(name: string, params?: object, query?: object) => string} href the address of a route; the parameters
 *   of this page need not be given again
 * @property {(href: string, options?: {replace?: boolean}) => void} navigate
 * @property {(changes: Record<string, string|null>) => void} setQuery keep filters in the address, without a new page;
 *   what is to be shown then follows in the listener of `onQuery`
 * @property {(listener: () => void) => void} onQuery told when the query changed, also by back and forward
 * @property {(groupId: string, runId: string, runTab?: string) => string} runHref opens the run's drawer over this page
 * @property {(words: string, ...beside: Node[]) => void} title
 * @property {(words: string) => void} crumb fills the crumb that the route leaves open, such as a group's name
 * @property {(ids: Record<string, string>) => void} supportIds what "Contact our support" carries beside the workspace
 * @property {(entry: string, number: number) => void} navCount a number beside an entry of the navigation
 * @property {typeof announce} announce
 * @property {typeof toast} toast
 * @property {() => void} changed tell the page below, from a drawer, that what it shows has changed
 * @property {(listener: () => void) => void} onChanged
 * @property {{title: (words: string, ...beside: Node[]) => void, close: () => void}} [drawer] only in the run's drawer
 */

/** @returns {{context: Context, pathname: string, leave: () => void, queryChanged: () => void}} */
export function contextFor({ session, workspace, url, head, href, frame, router, link }) {
  const leaving = new AbortController();
  const { signal } = leaving;
  const happenings = new EventTarget();
  const tell = (what) => happenings.dispatchEvent(new Event(what));
  const listen = (what) => (listener) => happenings.addEventListener(what, () => listener(), { signal });
  const here = () => location.pathname + location.search;
  const context = {
    api: createApi(link, { workspaceId: workspace.id, signal }),
    workspace,
    roles: session.me.roles,
    mayManage: session.mayManage,
    session,
    signal,
    query: url.searchParams,
    href,
    navigate: router.navigate,
    setQuery: (changes) => router.navigate(withQuery(here(), changes), { replace: true }),
    onQuery: listen("query"),
    runHref: (groupId, runId, runTab) => withQuery(here(), { run: `${groupId}/${runId}`, runTab }),
    title: head.title,
    crumb: head.crumb,
    supportIds: frame.supportIds,
    navCount: frame.count,
    announce,
    toast,
    changed: () => tell("changed"),
    onChanged: listen("changed"),
  };
  const queryChanged = (query) => {
    context.query = query;
    tell("query");
  };
  return { context, pathname: url.pathname, leave: () => leaving.abort(), queryChanged };
}

/** The same for a drawer over *page*: it has its own end, and its own ear for the query. */
export function drawerContext(page, { drawer, url, link }) {
  const leaving = new AbortController();
  const { signal } = leaving;
  const listeners = [];
  const context = {
    ...page.context,
    api: createApi(link, { workspaceId: page.context.workspace.id, signal }),
    signal,
    drawer,
    query: url.searchParams,
    onQuery: (listener) => listeners.push(listener),
  };
  const queryChanged = (query) => {
    context.query = query;
    for (const listener of listeners) listener();
  };
  return { context, leave: () => leaving.abort(), queryChanged };
}
