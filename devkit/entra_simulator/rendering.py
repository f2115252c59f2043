"""Write directory objects as Graph does."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from devkit.tenants.properties import SHAPES, value_when_absent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devkit.entra_simulator.tenant import DirectoryObject

Select = tuple[str, ...] | None
EXTENSION_ATTRIBUTES = "onPremisesExtensionAttributes"


def render(directory_object: DirectoryObject, select: Select) -> dict[str, Any]:
    """Return the selected properties that the object's type has, or those that come unasked."""
    properties = directory_object.properties
    body = {
        name: absent if (value := properties.get(name, absent)) is None and is_list else value
        for name, absent, is_list in _plan(directory_object.odata_type, select)
    }
    if body.get(EXTENSION_ATTRIBUTES) is not None:
        empty = value_when_absent(EXTENSION_ATTRIBUTES, "object")
        body[EXTENSION_ATTRIBUTES] = {**empty, **body[EXTENSION_ATTRIBUTES]}
    return body


def render_typed(directory_object: DirectoryObject, select: Select) -> dict[str, Any]:
    """As `render`, with the `@odata.type` that tells the objects of a mixed collection apart."""
    return {"@odata.type": directory_object.odata_type, **render(directory_object, select)}


def render_unreadable(directory_object: DirectoryObject, select: Select) -> dict[str, Any]:
    """Return what an app sees of a member whose type it may not read: type and id, all else null."""
    names = (name for name, _, _ in _plan(directory_object.odata_type, select))
    known = {"@odata.type": directory_object.odata_type, "id": directory_object.properties["id"]}
    return {**known, **{name: None for name in names if name != "id"}}


def without_values(body: Mapping[str, Any]) -> dict[str, Any]:
    """Blank a rendered member, as if its type could not be read."""
    return {name: value if name in {"id", "@odata.type"} else None for name, value in body.items()}


@lru_cache(maxsize=256)
def _plan(odata_type: str, select: Select) -> tuple[tuple[str, Any, bool], ...]:
    shape = SHAPES[odata_type]
    names = shape.unasked if select is None else select
    return tuple(
        (name, value_when_absent(name, kind), kind in {"texts", "list"})
        for name in names
        if (kind := shape.properties.get(name)) is not None
    )
