/** Who is signed in, what they may do and which workspaces they manage: asked once, when the portal starts. */

import { createApi } from "./api.js";

const MAY_READ = ["Schedules.Read", "Schedules.Manage", "Workspaces.Manage.All"];
const MAY_MANAGE = ["Schedules.Manage", "Workspaces.Manage.All"];
const NAME_CLAIMS = ["name", "preferred_username"];

/**
 * @typedef {object} Session
 * @property {{id: string, tenantId: string, roles: string[]}|null} me null: signed out
 * @property {string} name
 * @property {boolean} mayRead
 * @property {boolean} mayManage
 * @property {{id: string, name: string, plan: string, canSync: boolean, canSyncDaily: boolean}[]} workspaces
 * @property {string} supportUrl empty where none is set
 */

export const SIGNED_OUT = { me: null, name: "", mayRead: false, mayManage: false, workspaces: [], supportUrl: "" };

/** @returns {Promise<Session>} @throws {Problem} not-signed-in, or why it cannot be told */
export async function openSession(link) {
  const api = createApi(link);
  const workspaces = [];
  let me;
  for await (const page of api.pages("/api/me", { limit: 200 })) {
    me = page;
    workspaces.push(...page.workspaces.map(withPlan));
  }
  const [config, name] = await Promise.all([portalConfig(link), displayName(link, me)]);
  const may = (roles) => me.roles.some((role) => roles.includes(role));
  return { me, name, mayRead: may(MAY_READ), mayManage: may(MAY_MANAGE), workspaces, supportUrl: config.supportUrl ?? "" };
}

/** What is set for the portal; without it only the way to support is missing. */
export async function portalConfig(link) {
  return (await json(link, "/portal/config.json")) ?? {};
}

/** What a plan lets a workspace do; the API decides, this only greys out in advance. */
export function withPlan({ id, name, plan }) {
  return { id, name, plan, canSync: plan === "business" || plan === "enterprise", canSyncDaily: plan === "enterprise" };
}

/** The name in a signed-in person's claims, as the platform's /.auth/me has them. */
export function nameIn(answer) {
  const [{ user_claims: claims = [], user_id: id = "" } = {}] = Array.isArray(answer) ? answer : [];
  const names = NAME_CLAIMS.map((type) => claims.find(({ typ }) => typ === type)?.val);
  return names.find(Boolean) ?? id;
}

async function displayName(link, me) {
  return nameIn(await json(link, "/.auth/me")) || me.id;
}

async function json(link, address) {
  try {
    const response = await link.fetch(address, { credentials: "same-origin" });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
