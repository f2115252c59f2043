/** Nobody is signed in: sign in, and come back to where the address led. */

import { linkButton } from "../parts/controls.js";
import { emptyState } from "../parts/empty_state.js";
import { text } from "../text.js";

export function signedOut() {
  const back = encodeURIComponent(location.pathname + location.search);
  const action = linkButton({ label: text.signedOut.action, href: `/.auth/login/aad?post_login_redirect_uri=${back}`, primary: true });
  return emptyState({ title: text.signedOut.title, body: text.signedOut.body, action, iconName: "person", heading: "h1" });
}
