"""Tenants and mutations written to files, in Graph's own shape."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

USER = "#microsoft.graph.user"


def person(name: str, **properties: Any) -> dict[str, Any]:
    """Return a user called *name*, which is the id as well."""
    return {
        "id": name,
        "displayName": name.title(),
        "mail": f"{name}@contoso.example",
        "userPrincipalName": f"{name}@contoso.example",
        "accountEnabled": True,
        "userType": "Member",
        **properties,
    }


def group(name: str, members: Iterable[str], **properties: Any) -> dict[str, Any]:
    listed = [{"@odata.type": USER, "id": member} for member in members]
    return {"id": name, "displayName": name.title(), "description": None, "members": listed, **properties}


def write_tenant(file: Path, users: Sequence[dict[str, Any]], groups: Sequence[dict[str, Any]]) -> Path:
    file.write_text(json.dumps({"users": users, "groups": groups}))
    return file


def write_mutations(file: Path, mutations: Iterable[dict[str, Any]]) -> Path:
    file.write_text("".join(f"{json.dumps(mutation)}\n" for mutation in mutations))
    return file
