/**
 * The portal's one way to the HTTP functions.
 *
 *     const { body, etag } = await api.get("/groups/sales/schedule");
 *     await api.patch("/groups/sales/schedule", { enabled: false }, { ifMatch: etag });
 *     for await (const page of api.pages("/groups", { search })) rows.push(...page.groups);
 *
 * A path that begins with /api/ is taken as it is; any other is one of the workspace. What is refused is thrown as
 * `Problem`. A read that finds no network is tried again until there is one, or the page is left; a change is sent
 * once only, because nobody can tell whether a lost one arrived.
 */

import { text } from "./text.js";

const PREFIX = "urn:scheduled-syncs:problem:";
const REQUEST_PREFIX = "urn:scheduled-syncs:request:";
const CSV = "text/csv";
const PASSING = new Set([429, 502, 503, 504]);
const TRIES_WHEN_BUSY = 3;
const LONGEST_WAIT = 15;

/** Why a request was not carried out; *detail* is for people, *etag* what is current after a 412. */
export class Problem extends Error {
  constructor({ code, title = "", detail, status = 0, errors = [], requestId = "", etag = null, more = {} }) {
    super(detail);
    Object.assign(this, { name: "Problem", code, title, detail, status, errors, requestId, etag, more });
  }

  /** The reason that the API gives for one field of the body, for the message beside it. */
  reasonFor(field) {
    return this.errors.find((error) => error.field === field)?.reason ?? null;
  }

  static lostNetwork() {
    return new Problem({ code: "network-lost", detail: text.network.lost });
  }
}

/** The problem that an answer of the API tells; one of something in between has no body of ours. */
export function problemOf(status, headers, body) {
  const said = body && typeof body === "object" ? body : {};
  const { type = "", title, detail, instance = "", errors, status: _, ...more } = said;
  return new Problem({
    code: type.startsWith(PREFIX) ? type.slice(PREFIX.length) : "unreadable-answer",
    title,
    detail: detail ?? text.network.unreadable,
    status,
    errors,
    requestId: instance.startsWith(REQUEST_PREFIX) ? instance.slice(REQUEST_PREFIX.length) : (headers.get("X-Request-Id") ?? ""),
    etag: headers.get("ETag"),
    more,
  });
}

/** Where *path* leads, with the *query*'s values that are not empty. */
export function addressOf(path, workspaceId, query = {}) {
  const base = path.startsWith("/api/") ? path : `/api/workspaces/${encodeURIComponent(workspaceId)}${path}`;
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const said = new URLSearchParams(given).toString();
  return said ? `${base}?${said}` : base;
}

/** Seconds to wait before try number *tries* + 1: 1, 2, 4, 8, 15, 15 … */
export const backoff = (tries) => Math.min(2 ** (tries - 1), LONGEST_WAIT);

/**
 * @typedef {object} Link what all clients share, whichever page or workspace they serve
 * @property {typeof fetch} fetch
 * @property {(seconds: number, signal?: AbortSignal) => Promise<void>} wait ends early when the network comes back
 * @property {(isThere: boolean) => void} onNetwork told when the network is lost, and when it is back
 * @property {() => void} onSignedOut
 */

/**
 * @param {Link} link
 * @param {{workspaceId?: string, signal?: AbortSignal}} scope *signal*: aborted when the page is left
 */
export function createApi(link, { workspaceId = "", signal } = {}) {
  const send = (method, path, body, { query, ifMatch, ifNoneMatch, signal: own } = {}) => {
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (ifMatch) headers["If-Match"] = ifMatch;
    if (ifNoneMatch) headers["If-None-Match"] = ifNoneMatch;
    const request = { method, headers, credentials: "same-origin", signal: own ?? signal };
    if (body !== undefined) request.body = JSON.stringify(body);
    return answered(link, addressOf(path, workspaceId, query), request);
  };
  const get = (path, query, options) => send("GET", path, undefined, { ...options, query });
  const asCsv = { method: "GET", headers: { Accept: CSV }, credentials: "same-origin", signal };
  return {
    get,
    put: (path, body, options) => send("PUT", path, body, options),
    patch: (path, body, options) => send("PATCH", path, body, options),
    post: (path, body, options) => send("POST", path, body, options),
    delete: (path, options) => send("DELETE", path, undefined, options),
    /** Each page's body, as far as it is asked for. */
    async *pages(path, query = {}, options) {
      let continuationToken;
      do {
        const { body } = await get(path, { ...query, continuationToken }, options);
        yield body;
        ({ continuationToken } = body);
      } while (continuationToken);
    },
    /** Each page of a list that can be had as CSV, which is a file of its own, as far as it is asked for. */
    async *csv(path, query = {}) {
      let next = addressOf(path, workspaceId, { ...query, format: "csv" });
      while (next) {
        const answer = await answered(link, next, asCsv);
        yield answer.body;
        next = answer.next;
      }
    },
  };
}

async function answered(link, address, request) {
  const isRead = request.method === "GET";
  for (let tries = 1; ; tries += 1) {
    let response;
    let body;
    try {
      response = await link.fetch(address, request);
      body = await bodyOf(response);
    } catch (failure) {
      if (request.signal?.aborted || failure?.name === "AbortError") throw failure;
      if (!isRead) throw Problem.lostNetwork();
      link.onNetwork(false);
      await link.wait(backoff(tries), request.signal);
      continue;
    }
    link.onNetwork(true);
    if (response.ok && body !== undefined) return answerOf(response, body);
    if (isRead && PASSING.has(response.status) && tries < TRIES_WHEN_BUSY) {
      await link.wait(Math.min(Number(response.headers.get("Retry-After")) || backoff(tries), LONGEST_WAIT), request.signal);
      continue;
    }
    const problem = problemOf(response.status, response.headers, body);
    if (response.status === 401) link.onSignedOut();
    throw problem;
  }
}

function answerOf(response, body) {
  return {
    body,
    status: response.status,
    etag: response.headers.get("ETag"),
    location: response.headers.get("Location"),
    requestId: response.headers.get("X-Request-Id"),
    next: /<([^>]+)>; rel="next"/.exec(response.headers.get("Link") ?? "")?.[1] ?? null,
  };
}

/** What the answer says, null for nothing, undefined where it is no JSON: something in between has answered. */
async function bodyOf(response) {
  const said = await response.text();
  if (response.headers.get("Content-Type")?.startsWith(CSV)) return said;
  try {
    return said ? JSON.parse(said) : null;
  } catch {
    return undefined;
  }
}
