"""The HTTP functions as the host gets them, compared with the committed description of the API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from devkit.functions_host.app_settings import AppSettings
from devkit.functions_host.functions import HttpTrigger
from devkit.functions_host.loading import load_functions
from schedules_api.routes import pages, routes

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
DESCRIBED = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["paths"]
#  For browsers, not for callers of the API.
PAGES = ["/portal/{*path}"]
OPEN_TO_ALL = {"/api/health", "/api/openapi.json", "/api/docs", "/api/docs/{file}", "/api/connection/callback"}


def test_every_http_function_is_described_and_every_address_described_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    registered = [f"/{trigger.route.text}" for trigger in _http_triggers(monkeypatch)]

    assert sorted(registered) == sorted([*DESCRIBED, *PAGES])


def test_every_http_function_is_open_to_the_host_and_takes_every_method(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may call, and how, is decided by our own code: the host would answer without a problem."""
    for trigger in _http_triggers(monkeypatch):
        assert trigger.auth_level == "anonymous"
        assert trigger.methods is None


def test_only_these_addresses_need_no_sign_in() -> None:
    assert {f"/{route.path}" for route in routes() if route.is_open} == OPEN_TO_ALL


def test_pages_need_no_sign_in_because_they_hold_nobodys_data() -> None:
    assert [f"/{route.path}" for route in pages() if route.is_open] == PAGES


def _http_triggers(monkeypatch: pytest.MonkeyPatch) -> list[HttpTrigger]:
    """Load the whole function app as the worker does."""
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    functions = load_functions(ROOT, AppSettings(ENVIRON))
    return [function.trigger for function in functions if isinstance(function.trigger, HttpTrigger)]
