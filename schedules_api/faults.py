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
    "literal_error": "must be {expected}",
    "union_tag_not_found": "is missing",
    "union_tag_invalid": "must be one of {expected_tags}",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "string_unicode": "holds half a character (a lone surrogate)",
    "needed": "{reason}",
}
_MOST_FAULTS = 20


def check_body(shape: TypeAdapter[T], value: Any, *, tag: str | None = None) -> T:
    """Return *value* as *shape* has it. *tag* is the field that tells which of several shapes is meant.

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
