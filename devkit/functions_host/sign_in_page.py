"""The page on which one chooses who to be, as HTML that works without scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devkit.functions_host.people import Person

_NO_ROLE = "No role"
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
:root {{ color-scheme: light dark; font: 100%/1.5 "Segoe UI", system-ui, sans-serif; }}
body {{ max-width: 30rem; margin: 3rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1rem; margin: 2rem 0 .5rem; }}
button, input, select {{ font: inherit; padding: .5rem .75rem; width: 100%; box-sizing: border-box; }}
button {{ text-align: start; margin-bottom: .5rem; cursor: pointer; }}
button small {{ display: block; }}
label {{ display: block; margin-bottom: .75rem; }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def sign_in_page(
    people: Sequence[Person],
    *,
    tenants: Mapping[str, str],
    roles: Sequence[str],
    action: str,
    refusal: str | None,
) -> str:
    """Return the page whose choice is sent to *action*, with the *refusal* of the last one."""
    asked = [
        "<p>This stands in for Microsoft Entra ID on this machine: choose who you are.</p>",
        *([f'<p role="alert">{escape(refusal)}</p>'] if refusal else []),
        f'<form method="post" action="{escape(action)}">',
        *(_tenant(name, [one for one in people if one.tenant == tenant]) for tenant, name in tenants.items()),
        "</form>",
        f'<form method="post" action="{escape(action)}">',
        "<h2>Somebody else</h2>",
        '<label>Name <input name="name" required autocomplete="off"></label>',
        _select("Tenant", "tenant", tenants),
        _select("Role", "role", {**{role: role for role in roles}, "": _NO_ROLE}),
        "<button>Sign in</button>",
        "</form>",
    ]
    return _FRAME.format(title="Sign in", body="\n".join(asked))


def signed_out_page() -> str:
    return _FRAME.format(title="Signed out", body="<p>You can close this page.</p>")


def _tenant(name: str, people: Sequence[Person]) -> str:
    return "\n".join([f"<h2>{escape(name)}</h2>", *map(_button, people)])


def _button(person: Person) -> str:
    roles = ", ".join(person.roles) or _NO_ROLE
    return (
        f'<button name="person" value="{escape(person.id)}">{escape(person.name)}'
        f"<small>{escape(person.user_name)} · {escape(roles)}</small></button>"
    )


def _select(label: str, name: str, options: Mapping[str, str]) -> str:
    chosen = "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options.items())
    return f'<label>{label} <select name="{name}">{chosen}</select></label>'
