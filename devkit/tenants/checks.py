"""Check JSON values against the shapes that Microsoft Graph gives them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from devkit.tenants.properties import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from devkit.tenants.places import Path
    from devkit.tenants.properties import Kind

_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


class Misfit(Exception):
    """A value that does not fit: *path* says which, *problem* why, in words that follow a colon."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


def expect_object(value: Any, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misfit(path, f"must be an object, not {describe(value)}")
    return value


def expect_list(value: Any, path: Path) -> list[Any]:
    if not isinstance(value, list):
        raise Misfit(path, f"must be a list, not {describe(value)}")
    return value


def expect_field(holder: Mapping[str, Any], name: str, path: Path) -> Any:
    if name not in holder:
        raise Misfit(path, f"the field '{name}' is missing")
    return holder[name]


def expect_text(value: Any, path: Path) -> str:
    if not isinstance(value, str):
        raise Misfit(path, f"must be text, not {describe(value)}")
    if not value.strip():
        raise Misfit(path, "must not be empty")
    return value


def expect_id(value: Any, path: Path) -> str:
    text = expect_text(value, path)
    if not _ID.fullmatch(text):
        raise Misfit(path, f"must be 1 to 64 letters, digits and '-', not '{text}'")
    return text


def expect_type(value: Any, path: Path) -> str:
    """Return *value* if it is the `@odata.type` of something that a group can hold."""
    if value not in SHAPES:
        raise Misfit(path, f"must be one of {', '.join(SHAPES)}, not {describe(value)}")
    return str(value)


def check_properties(entity: Mapping[str, Any], odata_type: str, path: Path) -> None:
    """Refuse known properties of a wrong type; null is always allowed, unknown names are left alone."""
    kinds = SHAPES[odata_type].properties
    for name, value in entity.items():
        kind = kinds.get(name)
        if kind is not None and value is not None and not _FITS[kind](value):
            raise Misfit((*path, name), f"must be {_WORDS[kind]}, not {describe(value)}")
    _check_extension_attributes(entity, path)


def _check_extension_attributes(entity: Mapping[str, Any], path: Path) -> None:
    attributes = entity.get("onPremisesExtensionAttributes")
    for name, value in (attributes if isinstance(attributes, dict) else {}).items():
        if not isinstance(value, str | None):
            place = (*path, "onPremisesExtensionAttributes", name)
            raise Misfit(place, f"must be text or null, not {describe(value)}")


def describe(value: Any) -> str:
    """Name *value* in a few words for a sentence."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, str):
        return f"the text '{value[:40]}'"
    if isinstance(value, int | float):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "an object"


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


_FITS: Mapping[Kind, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "flag": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "texts": _is_texts,
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_WORDS: Mapping[Kind, str] = {
    "text": "text or null",
    "flag": "true, false or null",
    "number": "a whole number or null",
    "texts": "a list of texts",
    "list": "a list",
    "object": "an object or null",
}
