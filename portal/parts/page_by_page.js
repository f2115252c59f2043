/**
 * A list that is asked for page by page, where a page can be short or empty and there is still more behind it.
 *
 *     const found = pageByPage({ ask: (continuationToken) => api.get(path, { ..., continuationToken }), rowsOf });
 *     await found.more();     // found.rows has more of them, or found.isOver, or found.wasShort: ask whether to go on
 */

/** So many pages are looked through before somebody is asked whether to go on. */
const LOOKS = 4;

/**
 * @template Row
 * @param {{ask: (token?: string) => Promise<{body: {continuationToken?: string}}>, rowsOf: (body: object) => Row[],
 *   wanted?: number}} options *wanted*: how many more rows are enough
 * @returns {{rows: Row[], isOver: boolean, wasShort: boolean, more: () => Promise<void>}}
 */
export function pageByPage({ ask, rowsOf, wanted = 50 }) {
  let token;
  const found = { rows: [], isOver: false, wasShort: false, more };
  async function more() {
    const enough = found.rows.length + wanted;
    for (let looks = 0; looks < LOOKS && !found.isOver && found.rows.length < enough; looks += 1) {
      const { body } = await ask(token);
      token = body.continuationToken;
      found.rows = [...found.rows, ...rowsOf(body)];
      found.isOver = !token;
    }
    found.wasShort = !found.isOver && found.rows.length < enough;
  }
  return found;
}
