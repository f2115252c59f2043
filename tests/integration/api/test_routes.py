"""The table of all HTTP functions: who adds one adds it here, and with it to what is checked for every one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from devkit.functions_host.app_settings import AppSettings
from devkit.functions_host.functions import HttpTrigger
from devkit.functions_host.loading import load_functions
from schedules_api.routes import routes

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[3]
ENVIRON = {
    "SyncStorage": "UseDevelopmentStorage=true",
    "ENTRA_CLIENT_ID": "11111111-1111-1111-1111-111111111111",
    "ENTRA_CLIENT_SECRET": "x",
    "API_AUDIENCE": "11111111-1111-1111-1111-111111111111",
    "SYNC_SCHEDULE": "0 0 0 * * *",
}
TABLE = {
    "api/health": {"GET"},
    "api/workspaces/{workspaceId}/schedules": {"GET"},
    "api/workspaces/{workspaceId}/groups/{groupId}/schedule": {"DELETE", "GET", "PATCH", "PUT"},
    "api/workspaces/{workspaceId}/groups/{groupId}/runs": {"GET"},
}
OPEN_TO_ALL = {"api/health"}


def test_every_http_function_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [trigger.route.text for trigger in _http_triggers(monkeypatch)] == list(TABLE)


def test_every_http_function_is_open_to_the_host_and_takes_every_method(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may call, and how, is decided by our own code: the host would answer without a problem."""
    for trigger in _http_triggers(monkeypatch):
        assert trigger.auth_level == "anonymous"
        assert trigger.methods is None


def test_every_address_does_what_the_table_says() -> None:
    assert {route.path: set(route.operations) for route in routes()} == TABLE


def test_only_these_addresses_need_no_sign_in() -> None:
    assert {route.path for route in routes() if route.is_open} == OPEN_TO_ALL


def _http_triggers(monkeypatch: pytest.MonkeyPatch) -> list[HttpTrigger]:
    """Load the whole function app as the worker does."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    functions = load_functions(ROOT, AppSettings(ENVIRON))
    return [function.trigger for function in functions if isinstance(function.trigger, HttpTrigger)]
