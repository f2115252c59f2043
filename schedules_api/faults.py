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
    "string_pattern_mismatch": "must fit {pattern}",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "needed": "{reason}",
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
    reason = _REASONS.get(kind, "is not valid").format_map(error.get("ctx", {}))
    return Fault(field or "body", reason)
