"""What all shapes have in common: camelCase names, nothing unknown, frozen."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

LARGEST_PAGE = 200
_USUAL_PAGE = 50
_WHOLE_NUMBER = re.compile(r"[0-9]{1,6}")


def _is_none(value: object) -> bool:
    return value is None


LEFT_OUT: Any = Field(default=None, exclude_if=_is_none)
"""For a field that is left out of the answer where there is nothing to say; every other is always there."""


class Answer(BaseModel):
    """The base of every answer: filled from our values' attributes."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, validate_by_name=True, from_attributes=True, serialize_by_alias=True
    )


class Body(BaseModel):
    """The base of every body."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, validate_by_alias=True
    )


class Query(BaseModel):
    """The base of every query: its values come as text."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_alias=True)


class NoQuery(Query):
    """A query without parameters."""


def needed(reason: str) -> PydanticCustomError:
    """Return the error of a value that does not fit, for *reason* as people read it."""
    return PydanticCustomError("needed", "{reason}", {"reason": reason})


def _as_number(text: object) -> object:
    """Take plain digits alone; Python would read ``1_0`` and `` 7`` as numbers, too."""
    if not isinstance(text, str) or _WHOLE_NUMBER.fullmatch(text) is None:
        raise needed(f"must be a whole number from 1 to {LARGEST_PAGE}")
    return int(text)


class PageQuery(Query):
    """Which page of a list: *limit* items, behind the page that gave the token."""

    limit: Annotated[
        int,
        Field(ge=1, le=LARGEST_PAGE, description="How many items the page may have.", examples=[_USUAL_PAGE]),
        BeforeValidator(_as_number),
    ] = _USUAL_PAGE
    continuation_token: Annotated[
        str | None,
        Field(
            pattern="^[A-Za-z0-9_-]{1,2000}$",
            description="As the page before gave it; it means something to this list alone.",
        ),
    ] = None
