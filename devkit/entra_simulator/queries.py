"""Read the OData query options of a Graph call; what is not simulated is refused, never ignored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devkit.entra_simulator.errors import GraphRefusal, not_simulated, unsupported_query
from devkit.entra_simulator.paging import DEFAULT_SIZE, LARGEST_SIZE
from devkit.tenants.properties import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from multidict import MultiMapping

    Predicate = Callable[[Mapping[str, Any]], bool]

_QUOTED = r"'(?P<value>(?:[^']|'')*)'"
_EQUALS = re.compile(rf"\s*(?P<name>id|displayName)\s+eq\s+{_QUOTED}\s*")
_STARTS = re.compile(rf"\s*startswith\(\s*displayName\s*,\s*{_QUOTED}\s*\)\s*", re.IGNORECASE)
#  A quote or a backslash in what is looked for stands behind a backslash.
_SEARCH = re.compile(r'\s*"displayName:(?P<words>(?:[^"\\]|\\["\\])*)"\s*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """The options as asked; *top* and *select* are None where they were not given."""

    select: tuple[str, ...] | None = None
    top: int | None = None
    count: bool = False
    matches: Predicate | None = None
    skip_token: str | None = None

    @property
    def page_size(self) -> int:
        return DEFAULT_SIZE if self.top is None else self.top


def read_query(options: MultiMapping[str], *, allowed: str, types: tuple[str, ...], eventual: bool = False) -> Query:
    """Read *options*; *allowed* names those simulated here, *types* what `$select` may draw on.

    Raises:
        GraphRefusal: 400 for what Graph refuses, 501 for what is not simulated.
    """
    for name in options:
        if name not in allowed.split() or len(options.getall(name)) > 1:
            raise not_simulated(f"the query option {name} here")
    return Query(
        select=_select(options["$select"], types) if "$select" in options else None,
        top=_top(options["$top"]) if "$top" in options else None,
        count=_count(options.get("$count", "false")),
        matches=_matches(options, eventual=eventual),
        skip_token=options.get("$skiptoken"),
    )


def _select(text: str, types: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if not any(name in SHAPES[odata_type].properties for odata_type in types):
            raise not_simulated(f"$select of '{name}' here")
    return names


def _top(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise GraphRefusal(400, "BadRequest", f"Invalid value '{text}' for $top query option found.")
    if not 1 <= int(text) <= LARGEST_SIZE:
        message = f"Invalid page size specified: '{text}'. Must be between 1 and {LARGEST_SIZE} inclusive."
        raise GraphRefusal(400, "Request_BadRequest", message)
    return int(text)


def _count(text: str) -> bool:
    if text not in {"true", "false"}:
        raise GraphRefusal(400, "BadRequest", f"Invalid value '{text}' for $count query option found.")
    return text == "true"


def _matches(options: MultiMapping[str], *, eventual: bool) -> Predicate | None:
    if "$filter" in options and "$search" in options:
        raise not_simulated("$filter together with $search")
    if "$search" in options:
        return _search(options["$search"], eventual=eventual)
    return _filter(options["$filter"]) if "$filter" in options else None


def _filter(text: str) -> Predicate:
    """Entra compares text without regard to case."""
    if equals := _EQUALS.fullmatch(text):
        name, value = equals["name"], _unquoted(equals["value"])
        return lambda entity: _folded(entity.get(name)) == value
    if starts := _STARTS.fullmatch(text):
        beginning = _unquoted(starts["value"])
        return lambda entity: _folded(entity.get("displayName")).startswith(beginning)
    raise not_simulated(f"the filter {text}")


def _search(text: str, *, eventual: bool) -> Predicate:
    """Every word asked for begins a word of the name.

    Source: learn.microsoft.com, "Use the $search query parameter", section on directory objects.
    """
    if not eventual:
        message = (
            "Request with $search query parameter only works through MSGraph with a special request header:"
            " 'ConsistencyLevel: eventual'"
        )
        raise unsupported_query(message)
    asked = _SEARCH.fullmatch(text)
    if asked is None:
        raise not_simulated(f"the search {text}")
    words = _words(asked["words"])
    return lambda entity: _has_words(_words(_folded(entity.get("displayName"))), words)


def _has_words(present: list[str], asked: list[str]) -> bool:
    return all(any(word.startswith(beginning) for word in present) for beginning in asked)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _unquoted(text: str) -> str:
    return text.replace("''", "'").casefold()


def _folded(value: Any) -> str:
    return str(value or "").casefold()
