/** One run, in the drawer: overview, changes, history. */

import { shimmer } from "../parts/shimmer.js";

/** @param {import("../context.js").Context} context with `.drawer` @param {{groupId: string, runId: string}} params */
export async function show(context, params) {
  return shimmer();
}
