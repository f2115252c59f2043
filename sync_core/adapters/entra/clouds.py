"""Microsoft's clouds: what tokens are asked for in each.

Hosts: `NationalClouds` in microsoftgraph/msgraph-sdk-python-core, `AzureAuthorityHosts` in azure-identity.
Audiences: learn.microsoft.com, "Configure an application to trust a managed identity".
"""

from __future__ import annotations

from urllib.parse import urlsplit

_PUBLIC_SCOPE = "https://graph.microsoft.com/.default"
_GRAPH_HOSTS = frozenset(
    {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}
)
_EXCHANGE_AUDIENCES = {
    "login.microsoftonline.com": "api://AzureADTokenExchange",
    "login.microsoftonline.us": "api://AzureADTokenExchangeUSGov",
    "login.chinacloudapi.cn": "api://AzureADTokenExchangeChina",
    "login.partner.microsoftonline.cn": "api://AzureADTokenExchangeChina",
}


def graph_scope(graph_base_url: str) -> str:
    """Return the scope of tokens for Graph; a host that is none of Microsoft's gets the public cloud's."""
    host = urlsplit(graph_base_url).hostname
    return f"https://{host}/.default" if host in _GRAPH_HOSTS else _PUBLIC_SCOPE


def exchange_scope(authority: str) -> str:
    """Return the scope in which a managed identity vouches for an app registration."""
    public = _EXCHANGE_AUDIENCES["login.microsoftonline.com"]
    return f"{_EXCHANGE_AUDIENCES.get(urlsplit(authority).hostname or '', public)}/.default"
