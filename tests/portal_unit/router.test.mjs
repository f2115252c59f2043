import assert from "node:assert/strict";
import { test } from "node:test";
import { hrefOf, match, runIn, withQuery } from "../../portal/router.js";
import { NAVIGATION, ROUTES, TABS } from "../../portal/routes.js";

const PARAMS = { workspaceId: "acme", groupId: "sales", recipientId: "r-1" };

for (const route of ROUTES) {
  test(`the address of ${route.name} leads to it`, () => {
    const found = match(ROUTES, hrefOf(ROUTES, route.name, PARAMS));

    assert.equal(found.route.name, route.name);
  });
}

test("every entry of the navigation, tab, crumb and redirect names a route", () => {
  const named = [
    ...NAVIGATION.flatMap(({ entries }) => entries.map(([, name]) => name)),
    ...Object.values(TABS).flatMap((entries) => entries.map(([, name]) => name)),
    ...ROUTES.flatMap(({ crumbs = [] }) => crumbs.map(([, name]) => name)),
    ...ROUTES.map(({ redirect }) => redirect),
  ].filter(Boolean);

  const routes = new Set(ROUTES.map(({ name }) => name));
  assert.deepEqual(named.filter((name) => !routes.has(name)), []);
});

test("every route shows a page or leads to one that does, but for the start", () => {
  const empty = ROUTES.filter(({ load, redirect }) => !load && !redirect).map(({ name }) => name);

  assert.deepEqual(empty, ["home"]);
});

test("parameters come out as they went in, whatever is in them", () => {
  const params = { ...PARAMS, groupId: "a/b ?#%" };

  assert.deepEqual(match(ROUTES, hrefOf(ROUTES, "group-schedule", params)).params, {
    workspaceId: "acme",
    groupId: "a/b ?#%",
  });
});

test("a slash at the end makes no difference", () => {
  assert.equal(match(ROUTES, "/portal/acme/people/").route.name, "people");
});

for (const path of ["/portal/acme/nowhere", "/portal/acme/groups/sales/settings/x", "/portal/%E0%A4%A/groups", "/other"]) {
  test(`${path} leads nowhere`, () => assert.equal(match(ROUTES, path), null));
}

test("an address without one of its parameters is refused", () => {
  assert.throws(() => hrefOf(ROUTES, "person", { workspaceId: "acme" }), /recipientId/);
});

test("the query is changed in the parts that are named", () => {
  assert.equal(withQuery("/portal/acme/groups?a=1&b=2", { b: null, c: "x y" }), "/portal/acme/groups?a=1&c=x+y");
  assert.equal(withQuery("/portal/acme/groups?a=1", { a: "" }), "/portal/acme/groups");
});

test("a run's link keeps its slash, so that people can read it", () => {
  assert.equal(withQuery("/portal", { run: "sales/20261123T000000Z-night-1" }), "/portal?run=sales/20261123T000000Z-night-1");
});

test("a run is read from the query", () => {
  const query = new URLSearchParams("run=sales/20261123T000000Z-night-1");

  assert.deepEqual(runIn(query), { groupId: "sales", runId: "20261123T000000Z-night-1" });
});

for (const said of ["", "sales", "sales/", "a/b/c", "../x", "sales/<b>"]) {
  test(`"${said}" names no run`, () => assert.equal(runIn(new URLSearchParams({ run: said })), null));
}
