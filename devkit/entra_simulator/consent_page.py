"""The two pages of admin consent, in plain HTML: what an app asks for, and why nothing can be asked."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devkit.entra_simulator.apps import App

ACCEPT, CANCEL = "accept", "cancel"

_STYLE = """
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 40rem; padding: 0 1rem; }
  code { overflow-wrap: anywhere; }
  fieldset { margin: 1.5rem 0; }
  label { display: block; padding: .25rem 0; }
  button { font: inherit; margin-right: .75rem; padding: .5rem 1.25rem; }
  :focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
"""


def consent_page(app: App, *, tenants: Sequence[str], fields: Mapping[str, str]) -> str:
    """Return the page on which the admin answers. *fields* are sent along, *tenants* are to be chosen from."""
    permissions = "".join(f"<li><code>{escape(permission)}</code></li>" for permission in app.permissions)
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    return _page(
        "Permissions requested",
        f"""<p>The app <code>{escape(app.client_id)}</code> asks for these permissions in your organization:</p>
<ul>{permissions}</ul>
<form method="post">{hidden}
{_choice(tenants)}
<button name="decision" value="{ACCEPT}">Accept</button>
<button name="decision" value="{CANCEL}" formnovalidate>Cancel</button>
</form>
<p>This is a simulated Entra ID: nobody needs to sign in, and nothing real is granted.</p>""",
    )


def error_page(sentence: str) -> str:
    return _page("Sorry, this does not work", f'<p role="alert">{escape(sentence)}</p>')


def _choice(tenants: Sequence[str]) -> str:
    if len(tenants) == 1:
        return f"<p>Your tenant: <code>{escape(tenants[0])}</code></p>"
    options = "".join(
        f'<label><input type="radio" name="tenant" value="{escape(tenant)}" required> {escape(tenant)}</label>'
        for tenant in tenants
    )
    return f"<fieldset><legend>The tenant that you are the admin of</legend>{options}</fieldset>"


def _page(title: str, body: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""
