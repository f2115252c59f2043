/** Groups: the linked ones, linking and unlinking. */

import { shimmer } from "../parts/shimmer.js";

/** @param {import("../context.js").Context} context */
export async function show(context, params) {
  return shimmer();
}
