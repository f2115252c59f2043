import assert from "node:assert/strict";
import { test } from "node:test";
import { pageByPage } from "../../portal/parts/page_by_page.js";

/** Pages with so many rows each; all but the last go on. */
function pagesOf(...sizes) {
  const asked = [];
  const ask = async (token) => {
    asked.push(token);
    const [number, isLast] = [asked.length, asked.length === sizes.length];
    return { body: { rows: Array(sizes[number - 1]).fill(number), continuationToken: isLast ? undefined : `t${number}` } };
  };
  return { asked, found: pageByPage({ ask, rowsOf: ({ rows }) => rows, wanted: 10 }) };
}

test("a full page is enough", async () => {
  const { asked, found } = pagesOf(10, 10);
  await found.more();
  assert.deepEqual([found.rows.length, found.isOver, found.wasShort, asked], [10, false, false, [undefined]]);
});

test("short pages are looked through until there is enough", async () => {
  const { asked, found } = pagesOf(4, 0, 7, 10);
  await found.more();
  assert.deepEqual([found.rows.length, found.wasShort, asked], [11, false, [undefined, "t1", "t2"]]);
});

test("after four pages somebody is asked whether to go on", async () => {
  const { asked, found } = pagesOf(0, 1, 0, 1, 0, 3);
  await found.more();
  assert.deepEqual([found.rows.length, found.isOver, found.wasShort, asked.length], [2, false, true, 4]);
  await found.more();
  assert.deepEqual([found.rows.length, found.isOver, found.wasShort], [5, true, false]);
});

test("at the end nothing more is asked for", async () => {
  const { asked, found } = pagesOf(3);
  await found.more();
  await found.more();
  assert.deepEqual([found.rows.length, found.isOver, asked.length], [3, true, 1]);
});
