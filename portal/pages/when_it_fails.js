/** Which page stands in for one that cannot be shown, and for one that must be chosen first. */

import { Problem } from "../api.js";
import { chooseWorkspace } from "./choose_workspace.js";
import { failed } from "./failed.js";
import { noRole } from "./no_role.js";
import { noWorkspace } from "./no_workspace.js";
import { notFound } from "./not_found.js";
import { signedOut } from "./signed_out.js";

/**
 * @param {Error} failure
 * @param {{session: object, workspace: object|null, again: () => void, heading?: string}} around *heading*: h1 where
 *   the failure is all there is, h2 below a page's own title
 */
export function pageForFailure(failure, around) {
  const heading = around.heading ?? (around.workspace ? "h2" : "h1");
  if (failure.status === 401) return signedOut();
  if (failure.code === "role-needed") return noRole(around.session, { heading });
  if (failure.status === 404) return notFound({ detail: failure.detail, heading });
  //  What no request was refused for is a fault of ours, and belongs into the console too.
  if (!(failure instanceof Problem)) reportError(failure);
  return failed(failure, { ...around, heading });
}

/**
 * What has to come before the page: null for nothing, else an address to go to or an element to show.
 *
 * @returns {{goTo?: string, element?: HTMLElement}|null}
 */
export function choicePage({ session, found, workspace }) {
  if (!session.mayRead) return { element: noRole(session) };
  if (session.workspaces.length === 0) return { element: noWorkspace(session) };
  if (found?.route.name === "home") {
    const [only, ...others] = session.workspaces;
    return others.length === 0 ? { goTo: `/portal/${encodeURIComponent(only.id)}` } : { element: chooseWorkspace(session) };
  }
  return workspace ? null : { element: notFound() };
}
