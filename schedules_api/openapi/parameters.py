"""What an address takes besides a body: ids in its path, its query, conditions in headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schedules_api.openapi.schemas import Schemas
    from schedules_api.shapes.base import Query

_ID = "^[A-Za-z0-9_-]{1,64}$"
_ETAGS = r'^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$'

#  By name: description, pattern, example.
_PATH_PARAMETERS: Mapping[str, tuple[str, str, str]] = {
    "workspaceId": ("The workspace.", _ID, "demo"),
    "groupId": ("The workspace's group.", _ID, "sales"),
    "recipientId": ("The person.", _ID, "p-4f1c2a9b7e3d"),
    "runId": ("The run.", "^[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9-]{1,40}$", "20261123T000000Z-night-1"),
    "file": ("A file of the viewer.", r"^[a-z-]{1,40}\.(css|js)$", "swagger-ui.css"),
}

_CONDITIONS = {
    "If-Match": "Change only what still has this ETag; `*`: only what is there.",
    "If-None-Match": "`*`: only what is not there yet.",
}


def names_in(path: str) -> list[str]:
    """Return the names of a path's parameters."""
    return re.findall(r"{(\w+)}", path)


def path_parameters(path: str) -> list[dict[str, Any]]:
    return [_path_parameter(name) for name in names_in(path)]


def query_parameters(query: type[Query], schemas: Schemas) -> Iterator[dict[str, Any]]:
    properties, required = schemas.parameters(query)
    for name, schema in properties.items():
        described = {"name": name, "in": "query", "required": name in required}
        if "description" in schema:
            described["description"] = schema["description"]
        yield described | {"schema": _as_written(schema)}


def condition_parameters() -> list[dict[str, Any]]:
    schema = {"type": "string", "pattern": _ETAGS, "examples": ['"3"']}
    return [
        {"name": name, "in": "header", "required": False, "description": text, "schema": schema}
        for name, text in _CONDITIONS.items()
    ]


def _path_parameter(name: str) -> dict[str, Any]:
    description, pattern, example = _PATH_PARAMETERS[name]
    schema = {"type": "string", "pattern": pattern, "examples": [example]}
    return {"name": name, "in": "path", "required": True, "description": description, "schema": schema}


def _as_written(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema without null, which a query has no way to say, and without what stands elsewhere."""
    kept = {name: value for name, value in schema.items() if name not in {"title", "description", "anyOf"}}
    if kept.get("default", ...) is None:
        del kept["default"]
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    return kept | choices[0] if len(choices) == 1 else kept | ({"anyOf": choices} if choices else {})
