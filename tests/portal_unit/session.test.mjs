import assert from "node:assert/strict";
import { test } from "node:test";
import { nameIn, openSession, withPlan } from "../../portal/session.js";

const ME = { id: "1", tenantId: "t", roles: ["Schedules.Read"], workspaces: [{ id: "acme", name: "Acme", plan: "business" }] };

const linkTo = (answers) => ({
  fetch: async (address) => {
    const answer = answers[address];
    if (!answer) throw new TypeError("Failed to fetch");
    return new Response(JSON.stringify(answer));
  },
  onNetwork: () => {},
});

test("a plan lets a workspace sync weekly, or daily as well, or not at all", () => {
  const can = (plan) => [withPlan({ plan }).canSync, withPlan({ plan }).canSyncDaily];

  assert.deepEqual([can("business"), can("enterprise"), can("starter")], [[true, false], [true, true], [false, false]]);
});

test("a person's name is what the platform's sign-in says, else their sign-in name", () => {
  const name = { typ: "name", val: "Adele Vance" };
  const signIn = { typ: "preferred_username", val: "adele@contoso.example" };

  assert.equal(nameIn([{ user_claims: [signIn, name] }]), "Adele Vance");
  assert.equal(nameIn([{ user_claims: [signIn] }]), "adele@contoso.example");
  assert.equal(nameIn([{ user_id: "adele" }]), "adele");
  assert.equal(nameIn([]), "");
});

test("whoever may only read may not manage", async () => {
  const session = await openSession(linkTo({ "/api/me?limit=200": ME, "/portal/config.json": { supportUrl: null }, "/.auth/me": [] }));

  assert.deepEqual([session.mayRead, session.mayManage, session.supportUrl], [true, false, ""]);
});

test("without the sign-in's page and the portal's settings there is still a session", async () => {
  const session = await openSession(linkTo({ "/api/me?limit=200": ME }));

  assert.deepEqual([session.name, session.workspaces[0].id], ["1", "acme"]);
});
