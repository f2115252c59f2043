/**
 * Field settings and sync options: one document of three parts, each a set of entries. What two people have edited at
 * the same time is put together entry by entry. Pure functions.
 */

const PARTS = ["fields", "customAttributes", "options"];

/** What is sent of a document: its parts, without when it was saved. */
export function partsOf(document) {
  return Object.fromEntries(PARTS.map((part) => [part, document[part]]));
}

/**
 * Where two documents say something else, in *parts*.
 *
 * @returns {{part: string, key: string}[]}
 */
export function differences(one, other, parts = PARTS) {
  return parts.flatMap((part) =>
    [...new Set([...Object.keys(one[part]), ...Object.keys(other[part])])].filter((key) => !isSame(one[part][key], other[part][key])).map((key) => ({ part, key })),
  );
}

/** *theirs* with every edit that led from *base* to *mine* made again. */
export function onTopOf(theirs, { base, mine }) {
  const result = structuredClone(partsOf(theirs));
  for (const { part, key } of differences(base, mine)) {
    if (key in mine[part]) result[part][key] = structuredClone(mine[part][key]);
    else delete result[part][key];
  }
  return result;
}

/** Whether two values are the same, in whatever order an object has its names. */
function isSame(one, other) {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => isSame(one[name], other[name]));
}
