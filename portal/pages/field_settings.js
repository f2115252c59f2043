/** Field settings: which fields are synced and overwritten. */

import { shimmer } from "../parts/shimmer.js";

/** @param {import("../context.js").Context} context */
export async function show(context, params) {
  return shimmer();
}
