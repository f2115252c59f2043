/**
 * From addresses to pages and back, over the History API. `match`, `hrefOf` and `withQuery` are pure; `startRouter`
 * is the one part that touches the browser.
 */

/**
 * @typedef {object} RouteDefinition
 * @property {string} name
 * @property {string} path parts that begin with ":" are parameters
 */

/** The first of *routes* that *pathname* fits, with its parameters; null for none. */
export function match(routes, pathname) {
  const parts = partsOf(pathname);
  for (const route of routes) {
    const params = fit(partsOf(route.path), parts);
    if (params) return { route, params };
  }
  return null;
}

/** The address of the route called *name*. */
export function hrefOf(routes, name, params = {}, query = {}) {
  const route = routes.find((one) => one.name === name);
  if (!route) throw new Error(`no route ${name}`);
  const path = partsOf(route.path).map((part) => (part.startsWith(":") ? encodeURIComponent(needed(params, part.slice(1))) : part));
  return withQuery(`/${path.join("/")}`, query);
}

/** *href* with *changes* made to its query: a value of null, undefined or "" takes the parameter away. */
export function withQuery(href, changes) {
  const [path, old = ""] = href.split("?");
  const query = new URLSearchParams(old);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  const said = query.toString().replaceAll("%2F", "/");
  return said ? `${path}?${said}` : path;
}

/** The group and run of `?run={groupId}/{runId}`; null where it names none. */
export function runIn(query) {
  const found = /^([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,80})$/.exec(query.get("run") ?? "");
  return found ? { groupId: found[1], runId: found[2] } : null;
}

/**
 * Follow links inside *base* without loading a page, and the browser's back and forward.
 *
 * @param {{base: string, onMove: (url: URL) => void}} options *onMove* is called for each new address
 * @returns {{navigate: (href: string, options?: {replace?: boolean}) => void}}
 */
export function startRouter({ base, onMove }) {
  const move = () => onMove(new URL(location.href));
  const navigate = (href, { replace = false } = {}) => {
    if (href === location.pathname + location.search) replace = true;
    history[replace ? "replaceState" : "pushState"](null, "", href);
    move();
  };
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!link || !staysHere(event, link, base)) return;
    event.preventDefault();
    navigate(link.pathname + link.search);
  });
  addEventListener("popstate", move);
  return { navigate };
}

function staysHere(event, link, base) {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const own = link.origin === location.origin && (link.pathname === base || link.pathname.startsWith(`${base}/`));
  return plain && own && !event.defaultPrevented && !link.target && !link.hasAttribute("download") && !link.hash;
}

const partsOf = (path) => path.split("/").filter(Boolean);

function fit(pattern, parts) {
  if (pattern.length !== parts.length) return null;
  const params = {};
  for (const [index, part] of pattern.entries()) {
    const given = decoded(parts[index]);
    if (given === null) return null;
    if (part.startsWith(":")) params[part.slice(1)] = given;
    else if (part !== given) return null;
  }
  return params;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function needed(params, name) {
  if (params[name] === undefined) throw new Error(`no value for ${name}`);
  return params[name];
}
