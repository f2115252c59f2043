/** How many lists of held removals wait for a decision, shown beside the navigation's entry. */

import { createApi } from "../api.js";

let counted = null;

/** Count those of a workspace that was just entered; from then on the pages that decide tell the number. */
export async function countWaiting(frame, link, workspaceId) {
  if (workspaceId === counted) return;
  counted = workspaceId;
  frame.count("approvals", 0);
  let waiting = 0;
  try {
    for await (const page of createApi(link, { workspaceId }).pages("/holds", { limit: 200 })) waiting += page.holds.length;
  } catch {
    return; //  The page itself says what is wrong.
  }
  if (counted === workspaceId) frame.count("approvals", waiting);
}
