"""The document as a whole, and its paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schedules_api.openapi.links import Links
from schedules_api.openapi.parameters import condition_parameters, path_parameters, query_parameters
from schedules_api.openapi.responses import problem_responses, responses
from schedules_api.openapi.schemas import Schemas
from schedules_api.operations import Access
from sync_core.wiring import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schedules_api.operations import JsonBody, Operation, Route

_BEARER = "bearer"

_DESCRIPTION = """\
Schedules, runs, people and settings of scheduled syncs from Microsoft Entra ID.

Sign in with a bearer token of Microsoft Entra ID for this API. A caller with the app role `Schedules.Read` may look,
with `Schedules.Manage` also change, in the workspaces that their tenant manages; anything else answers 404.

Errors are problem details (RFC 9457): `type` never changes its meaning, `detail` is for people, `errors` names the
fields. Every answer carries `X-Request-Id`, which finds the call in the log; send your own to choose it.
"""


def document_of(sections: Mapping[str, Sequence[Route]]) -> dict[str, Any]:
    """Return the document of all *sections*: routes, by the heading that readers see."""
    routes = [route for section in sections.values() for route in section]
    schemas = Schemas([operation for route in routes for operation in route.operations.values()])
    links = Links(routes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Scheduled Syncs for Microsoft Entra ID",
            "version": VERSION,
            "description": _DESCRIPTION,
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": heading} for heading, section in sections.items() if section],
        "paths": {
            f"/{route.path}": _path(route, heading, schemas, links)
            for heading, section in sections.items()
            for route in section
        },
        "components": {
            "schemas": schemas.shared,
            "responses": problem_responses(routes, schemas),
            "securitySchemes": {_BEARER: _bearer()},
        },
    }


def _bearer() -> dict[str, Any]:
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of Microsoft Entra ID, version 2.0, with this API as its audience.",
    }


def _path(route: Route, heading: str, schemas: Schemas, links: Links) -> dict[str, Any]:
    found = path_parameters(route.path)
    methods = {
        method.lower(): _operation(operation, heading, schemas)
        | {"responses": responses(method, route.path, operation, schemas, links=links.of(operation))}
        for method, operation in route.operations.items()
    }
    return ({"parameters": found} if found else {}) | methods


def _operation(operation: Operation, heading: str, schemas: Schemas) -> dict[str, Any]:
    parameters = [*query_parameters(operation.query, schemas)]
    if operation.conditions:
        parameters += condition_parameters()
    described: dict[str, Any] = {
        "operationId": operation.id,
        "tags": [heading],
        "summary": operation.summary,
        "description": operation.description,
        "parameters": parameters,
        "security": [] if operation.access is Access.ANYBODY else [{_BEARER: []}],
    }
    if operation.body is not None:
        described["requestBody"] = _body(operation.body, schemas)
    return {name: value for name, value in described.items() if name == "security" or value}


def _body(body: JsonBody, schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": schemas.of_body(body)}
    if body.examples:
        content["examples"] = {name: {"value": value} for name, value in body.examples.items()}
    return {"required": True, "content": {"application/json": content}}
