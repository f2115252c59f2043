/** Sync options, with their effect shown before saving. */

import { shimmer } from "../parts/shimmer.js";

/** @param {import("../context.js").Context} context */
export async function show(context, params) {
  return shimmer();
}
