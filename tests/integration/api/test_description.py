"""The API's description of itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from schedules_api.openapi.document import document_of
from schedules_api.routes import routes, sections

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.integration.api.client import Api

COPY = Path(__file__).parents[3] / "docs" / "openapi.json"
DOCUMENT = document_of(sections())
METHODS = {"get", "put", "post", "delete", "patch"}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS & item.keys():
            yield path, method, item[method]


def test_it_keeps_the_rules_of_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_it_describes_what_is_registered_and_nothing_else() -> None:
    registered = {(f"/{route.path}", method.lower()) for route in routes() for method in route.operations}

    assert {(path, method) for path, method, _ in operations()} == registered


def test_a_change_of_the_interface_is_seen_in_its_committed_copy() -> None:
    """Write it anew with ``make openapi``, and look at the difference."""
    assert json.loads(COPY.read_text(encoding="utf-8")) == DOCUMENT


def test_every_operation_has_an_id_of_its_own() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]

    assert len(ids) == len(set(ids))


def test_every_operation_says_what_it_does_in_a_sentence() -> None:
    for path, method, operation in operations():
        assert operation["summary"].endswith("."), (method, path)


def test_every_body_has_an_example() -> None:
    lacking = {
        operation["operationId"]
        for _, _, operation in operations()
        if "requestBody" in operation and not operation["requestBody"]["content"]["application/json"].get("examples")
    }

    assert lacking == set()


def test_every_call_but_the_open_ones_needs_a_token() -> None:
    unguarded = {path for path, _, operation in operations() if not operation["security"]}

    assert unguarded == {f"/{route.path}" for route in routes() if route.is_open}


async def test_anybody_can_read_it(api: Api) -> None:
    answered = await api.get("/api/openapi.json")

    assert answered.status == 200
    assert answered.kind == "application/json"
    assert answered.json == DOCUMENT


async def test_the_page_needs_no_other_host(api: Api) -> None:
    page = await api.call("GET", "/api/docs")

    assert page.status == 200
    assert page.kind.startswith("text/html")
    assert "http" not in page.text.replace("https://openapis.org", "")
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["swagger-ui.css", "swagger-ui-bundle.js", "start.js"])
async def test_the_page_finds_its_files(api: Api, name: str) -> None:
    page = await api.call("GET", "/api/docs")
    file = await api.call("GET", f"/api/docs/{name}")

    assert f'"/api/docs/{name}"' in page.text
    assert file.status == 200
    assert len(file.text) > 100


@pytest.mark.parametrize("name", ["LICENSE", "__init__.py", "..%2f..%2fhost.json", "%2e%2e", "nothing.js"])
async def test_no_other_file_is_served(api: Api, name: str) -> None:
    refused = await api.get(f"/api/docs/{name}")

    assert (refused.status, refused.problem) == (404, "file-not-found")
