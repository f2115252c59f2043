/** Opens and closes the run's drawer as the address says, over whichever page: `?run={groupId}/{runId}`. */

import { drawerContext } from "../context.js";
import { show as showRunDrawer } from "../pages/run_drawer.js";
import { pageForFailure } from "../pages/when_it_fails.js";
import { runIn, withQuery } from "../router.js";
import { text } from "../text.js";
import { openDrawer } from "./drawer.js";
import { h } from "./h.js";
import { supportLink } from "./support.js";

let opened = null;

/** @param {object} page of `contextFor` @param {URL} url @param {import("../api.js").Link} link */
export function showRun(page, url, link) {
  const run = runIn(url.searchParams);
  const key = run ? `${url.pathname} ${run.groupId}/${run.runId}` : null;
  if (opened?.key === key) {
    opened?.scope.queryChanged(url.searchParams);
    return;
  }
  closeRun();
  if (run) open(key, run, page, url, link);
}

/** Close it because the address names it no more, or the page is gone. */
export function closeRun() {
  const closing = opened;
  opened = null;
  closing?.scope.leave();
  closing?.drawer.close();
}

async function open(key, run, page, url, link) {
  const { navigate, session, workspace } = page.context;
  const support = supportLink(session, { workspace: workspace.id, group: run.groupId, run: run.runId });
  const drawer = openDrawer({
    title: text.run.title,
    foot: support ? h("span", {}, text.frame.help, " ", support) : null,
    onClose: () => {
      //  Told late, when the same run may be open again.
      if (opened !== mine) return;
      scope.leave();
      opened = null;
      navigate(withQuery(location.pathname + location.search, { run: null, runTab: null }), { replace: true });
    },
  });
  const scope = drawerContext(page, { drawer, url, link });
  const mine = { key, drawer, scope };
  opened = mine;
  const fillIn = async () => {
    try {
      drawer.fill(await showRunDrawer(scope.context, run));
    } catch (failure) {
      if (scope.context.signal.aborted) return;
      drawer.fill(pageForFailure(failure, { session, workspace, again: fillIn, heading: "h3" }));
    }
  };
  await fillIn();
}
