"""What pydantic finds wrong with a body, in our words: its own would repeat what the client sent."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from schedules_api.problems import Fault, invalid_in
from schedules_api.requests import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import TypeAdapter

T = TypeVar("T")

#  Docs of pydantic, "Validation errors": the types of error that our models can meet.
_REASONS: Mapping[str, str] = {
    "missing": "is missing",
    "extra_forbidden": "does not belong here",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "union_tag_not_found": "is missing",
    "union_tag_invalid": "must be one of {expected_tags}",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_unicode": "holds half a character (a lone surrogate)",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "needed": "{reason}",
}
_OBJECT_ID = "must be an id such as 7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"
_NO_CONTROLS = "must not hold control characters"
#  What the patterns of our shapes ask for, for people.
IN_WORDS: Mapping[str, str] = {
    r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$": _OBJECT_ID,
    r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$": _OBJECT_ID,
    r"^[^\x00-\x1f\x7f]*$": _NO_CONTROLS,
    r"^[^\x00-\x1f\x7f-\x9f]*$": _NO_CONTROLS,
    r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$": "must not be blank or hold control characters",
    r"^[A-Za-z0-9_-]{1,64}$": "must be 1 to 64 letters, digits, - or _",
    r"^[A-Za-z0-9_-]{1,2000}$": "must be one that this list gave out",
    r"^[A-Za-z][A-Za-z0-9_]{0,39}$": "must begin with a letter and have at most 40 letters, digits or _",
    r"^[0-9a-f]{32}$": "must be the digest that came with the list",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "must be lower-case words with - between them",
}
_MOST_FAULTS = 20


def check_shape(shape: TypeAdapter[T], value: Any, *, tag: str | None = None) -> T:
    """Return *value*, a body or a query, as *shape* has it. *tag* tells which of several shapes is meant.

    Raises:
        Problem: it does not fit; the problem names up to 20 of the fields that do not.
    """
    try:
        return shape.validate_python(value)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_input=False)
        faults = [_fault(error, tag=tag) for error in islice(errors, _MOST_FAULTS)]
    raise invalid_in(faults)


def _fault(error: Mapping[str, Any], *, tag: str | None) -> Fault:
    kind: str = error["type"]
    if kind.startswith("union_tag"):
        field = tag
    else:
        #  With several shapes, the first step of the path is the name of the shape that was meant.
        path = error["loc"][1:] if tag is not None else error["loc"]
        field = ".".join(shown(str(step)) for step in path)
    return Fault(field or "body", _reason(kind, error.get("ctx", {})))


def _reason(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return IN_WORDS.get(context["pattern"], "is not valid")
    return _REASONS.get(kind, "is not valid").format_map(context)
