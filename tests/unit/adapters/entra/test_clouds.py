from __future__ import annotations

import pytest

from sync_core.adapters.entra.clouds import exchange_scope, graph_scope


@pytest.mark.parametrize(
    ("graph", "scope"),
    [
        ("https://graph.microsoft.com/v1.0", "https://graph.microsoft.com/.default"),
        ("https://graph.microsoft.us/v1.0", "https://graph.microsoft.us/.default"),
        ("https://microsoftgraph.chinacloudapi.cn/v1.0", "https://microsoftgraph.chinacloudapi.cn/.default"),
        ("https://127.0.0.1:40037/v1.0", "https://graph.microsoft.com/.default"),
    ],
)
def test_tokens_are_asked_for_in_the_clouds_own_scope(graph: str, scope: str) -> None:
    assert graph_scope(graph) == scope


@pytest.mark.parametrize(
    ("authority", "scope"),
    [
        ("https://login.microsoftonline.com", "api://AzureADTokenExchange/.default"),
        ("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov/.default"),
        ("https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina/.default"),
        ("https://127.0.0.1:40037", "api://AzureADTokenExchange/.default"),
    ],
)
def test_a_managed_identity_vouches_in_the_clouds_own_scope(authority: str, scope: str) -> None:
    assert exchange_scope(authority) == scope
