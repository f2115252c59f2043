"""Where an administrator consents (learn.microsoft.com, "Admin consent on the Microsoft identity platform")."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from sync_core.adapters.entra.clouds import graph_scope

if TYPE_CHECKING:
    from sync_core.domain.ids import TenantId


def consent_page(
    *, authority: str, graph_base_url: str, client_id: str, tenant: TenantId, redirect_uri: str, state: str
) -> str:
    """Return the address of the page on which *tenant* is asked for all that the app registration names."""
    query = urlencode(
        {
            "client_id": client_id,
            "scope": graph_scope(graph_base_url),
            "redirect_uri": redirect_uri,
            "state": state,
        },
        quote_via=quote,
    )
    return f"{authority}/{tenant}/v2.0/adminconsent?{query}"
