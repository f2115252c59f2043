import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, backoff, createApi, Problem } from "../../portal/api.js";

const json = (body, { status = 200, headers = {} } = {}) =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers });

const problem = (status, code, { headers, ...more } = {}) =>
  json({ type: `urn:scheduled-syncs:problem:${code}`, title: "Not so", status, detail: "Why.", instance: "urn:scheduled-syncs:request:r-1", ...more }, { status, headers });

/** A link whose answers are given; an Error among them is a lost network. */
function scripted(...answers) {
  const seen = { requests: [], waits: [], network: [], signedOut: 0 };
  const link = {
    fetch: async (address, request) => {
      seen.requests.push({ address, ...request });
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    wait: async (seconds) => void seen.waits.push(seconds),
    onNetwork: (isThere) => seen.network.push(isThere),
    onSignedOut: () => (seen.signedOut += 1),
  };
  return { api: createApi(link, { workspaceId: "acme" }), seen };
}

const lost = () => new TypeError("Failed to fetch");

test("a path is one of the workspace, unless it names the API itself", () => {
  assert.equal(addressOf("/groups", "a b"), "/api/workspaces/a%20b/groups");
  assert.equal(addressOf("/api/me", "acme"), "/api/me");
});

test("empty values stay out of the query", () => {
  assert.equal(addressOf("/groups", "acme", { search: "", limit: 0, after: null, state: undefined, q: "a&b" }), "/api/workspaces/acme/groups?limit=0&q=a%26b");
});

test("an answer carries its ETag for the change that follows", async () => {
  const { api, seen } = scripted(json({ revision: 3 }, { headers: { ETag: '"3"' } }), json({ revision: 4 }, { headers: { ETag: '"4"' } }));

  const { body, etag } = await api.get("/groups/sales/schedule");
  await api.patch("/groups/sales/schedule", { enabled: false }, { ifMatch: etag });

  assert.equal(body.revision, 3);
  assert.equal(seen.requests[1].headers["If-Match"], '"3"');
  assert.equal(seen.requests[1].headers["Content-Type"], "application/json");
  assert.equal(seen.requests[1].body, '{"enabled":false}');
});

test("only cookies of this site go along", async () => {
  const { api, seen } = scripted(json({}));

  await api.get("/groups");

  assert.equal(seen.requests[0].credentials, "same-origin");
});

test("a refusal is a Problem with all that the API tells", async () => {
  const errors = [{ field: "dayOfWeek", reason: "is missing" }];
  const { api } = scripted(problem(400, "invalid-request", { errors, total: 3 }));

  const thrown = await api.put("/groups/sales/schedule", {}).catch((failure) => failure);

  assert.ok(thrown instanceof Problem);
  assert.deepEqual(
    [thrown.code, thrown.status, thrown.title, thrown.detail, thrown.requestId, thrown.errors, thrown.more.total],
    ["invalid-request", 400, "Not so", "Why.", "r-1", errors, 3],
  );
  assert.equal(thrown.reasonFor("dayOfWeek"), "is missing");
  assert.equal(thrown.reasonFor("cadence"), null);
});

test("a conflict tells the ETag to go on with", async () => {
  const { api } = scripted(problem(412, "schedule-changed", { headers: { ETag: '"7"' } }));

  const thrown = await api.patch("/groups/sales/schedule", {}, { ifMatch: '"6"' }).catch((failure) => failure);

  assert.equal(thrown.etag, '"7"');
});

test("what something in between answers is a Problem too", async () => {
  const { api } = scripted(new Response("<html>", { status: 500 }));

  const thrown = await api.get("/groups").catch((failure) => failure);

  assert.deepEqual([thrown.code, thrown.status], ["unreadable-answer", 500]);
});

test("a page where JSON was asked for is no answer, whatever its status", async () => {
  const { api } = scripted(new Response("<html>", { status: 200 }));

  await assert.rejects(api.get("/groups"), { code: "unreadable-answer" });
});

test("a deletion has no body", async () => {
  const { api } = scripted(json(null, { status: 204 }));

  assert.equal((await api.delete("/groups/sales/schedule")).body, null);
});

test("a read that finds no network is tried until there is one, and says so", async () => {
  const { api, seen } = scripted(lost(), lost(), lost(), json({ here: true }));

  const { body } = await api.get("/groups");

  assert.equal(body.here, true);
  assert.deepEqual(seen.waits, [1, 2, 4]);
  assert.deepEqual(seen.network, [false, false, false, true]);
});

test("a change is sent once, and its loss is told: nobody knows whether it arrived", async () => {
  const { api, seen } = scripted(lost());

  await assert.rejects(api.post("/groups/sales/runs", { mode: "sync" }), { code: "network-lost" });
  assert.equal(seen.requests.length, 1);
});

test("a read that comes at a busy time waits as long as it is told", async () => {
  const { api, seen } = scripted(problem(503, "unavailable", { headers: { "Retry-After": "3" } }), json({}));

  await api.get("/groups");

  assert.deepEqual(seen.waits, [3]);
});

test("a read that stays unavailable is given up after three tries", async () => {
  const { api, seen } = scripted(...Array.from({ length: 3 }, () => problem(503, "unavailable")));

  await assert.rejects(api.get("/groups"), { code: "unavailable" });
  assert.equal(seen.requests.length, 3);
});

test("no wait is longer than people stay", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 20].map(backoff), [1, 2, 4, 8, 15, 15]);
});

test("a session that has ended is told, once for each request", async () => {
  const { api, seen } = scripted(problem(401, "not-signed-in"));

  await assert.rejects(api.get("/groups"), { code: "not-signed-in" });
  assert.equal(seen.signedOut, 1);
});

test("a page that is left is neither retried nor called a lost network", async () => {
  const { api, seen } = scripted(new DOMException("left", "AbortError"));

  await assert.rejects(api.get("/groups"), { name: "AbortError" });
  assert.deepEqual(seen.network, []);
});

test("pages follow each other until there is no token", async () => {
  const { api, seen } = scripted(json({ groups: [1, 2], continuationToken: "t1" }), json({ groups: [3] }));

  const groups = [];
  for await (const page of api.pages("/groups", { search: "s" })) groups.push(...page.groups);

  assert.deepEqual(groups, [1, 2, 3]);
  assert.deepEqual(seen.requests.map(({ address }) => address), [
    "/api/workspaces/acme/groups?search=s",
    "/api/workspaces/acme/groups?search=s&continuationToken=t1",
  ]);
});

test("no page is fetched that nobody asks for", async () => {
  const { api, seen } = scripted(json({ groups: [1], continuationToken: "t1" }));

  for await (const page of api.pages("/groups")) if (page.groups.length > 0) break;

  assert.equal(seen.requests.length, 1);
});

test("the pages of a list as CSV follow the links that each answer gives", async () => {
  const csv = (text, headers) => new Response(text, { headers: { "Content-Type": "text/csv; charset=utf-8", ...headers } });
  const next = "/api/workspaces/acme/groups/g/runs/r/changes?format=csv&continuationToken=t1";
  const { api, seen } = scripted(csv('"name"\r\n"Ada"\r\n', { Link: `<${next}>; rel="next"` }), csv('"name"\r\n"Bo"\r\n'));

  const pages = [];
  for await (const page of api.csv("/groups/g/runs/r/changes", { kind: "added" })) pages.push(page);

  assert.deepEqual(pages, ['"name"\r\n"Ada"\r\n', '"name"\r\n"Bo"\r\n']);
  assert.deepEqual(seen.requests.map(({ address }) => address), ["/api/workspaces/acme/groups/g/runs/r/changes?kind=added&format=csv", next]);
});
