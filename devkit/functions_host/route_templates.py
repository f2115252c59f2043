"""ASP.NET route templates, as far as HTTP functions use them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PARAMETER = re.compile(r"\{(?P<stars>\*{0,2})(?P<name>\w+)(?::(?P<constraint>\w+))?(?P<optional>\?)?\}")
_CONSTRAINTS: Mapping[str, re.Pattern[str]] = {
    "int": re.compile(r"[+-]?\d{1,10}"),
    "long": re.compile(r"[+-]?\d{1,19}"),
    "bool": re.compile(r"true|false", re.IGNORECASE),
    "alpha": re.compile(r"[a-z]+", re.IGNORECASE),
    "guid": re.compile(r"\{?[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?", re.IGNORECASE),
}


class NotARoute(ValueError):
    """The template cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class _Segment:
    """A literal when *name* is None, otherwise a parameter."""

    literal: str = ""
    name: str | None = None
    constraint: str | None = None
    optional: bool = False
    takes_rest: bool = False

    @property
    def rank(self) -> int:
        """ASP.NET's order: literals before constrained parameters before others before catch-alls."""
        if self.name is None:
            return 1
        return (5 if self.takes_rest else 3) + (self.constraint is None)

    def accepts(self, value: str) -> bool:
        if self.name is None:
            return value.lower() == self.literal.lower()
        if self.constraint is None:
            return True
        return _CONSTRAINTS[self.constraint].fullmatch(value) is not None


@dataclass(frozen=True, slots=True)
class RouteTemplate:
    """A route's segments; of several that match, the one with the smallest *precedence* is meant."""

    text: str
    segments: tuple[_Segment, ...]

    @classmethod
    def parse(cls, text: str) -> RouteTemplate:
        """Read a template such as ``groups/{id:int}/{*rest}``.

        Raises:
            NotARoute: It is malformed or uses what this host does not know.
        """
        parts = [part for part in text.strip("/").split("/") if part]
        segments = tuple(_segment(part) for part in parts)
        if any(segment.takes_rest or segment.optional for segment in segments[:-1]):
            raise NotARoute(f"in route '{text}' only the last segment can be optional or take the rest")
        return cls(text, segments)

    @property
    def precedence(self) -> tuple[int, ...]:
        return tuple(segment.rank for segment in self.segments)

    def match(self, raw_path: str) -> dict[str, str] | None:
        """Return the parameters of a still encoded path, or None when it is another route's."""
        raw = raw_path.lstrip("/")
        parts = raw.split("/") if raw else []
        if parts and parts[-1] == "" and not self._takes_rest:
            parts.pop()
        if not self._takes_rest and len(parts) > len(self.segments):
            return None
        return self._parameters([_decoded(part) for part in parts])

    @property
    def _takes_rest(self) -> bool:
        return bool(self.segments) and self.segments[-1].takes_rest

    def _parameters(self, parts: Sequence[str]) -> dict[str, str] | None:
        found: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            value = "/".join(parts[position:]) if segment.takes_rest else "".join(parts[position : position + 1])
            if not value:
                if segment.optional or segment.takes_rest:
                    continue
                return None
            if not segment.accepts(value):
                return None
            if segment.name is not None:
                found[segment.name] = value
        return found


def _segment(part: str) -> _Segment:
    if "{" not in part and "}" not in part:
        return _Segment(literal=part)
    found = _PARAMETER.fullmatch(part)
    if found is None:
        raise NotARoute(f"route segment '{part}' is not a literal or one parameter")
    if found["constraint"] is not None and found["constraint"] not in _CONSTRAINTS:
        raise NotARoute(f"route segment '{part}' has the unknown constraint '{found['constraint']}'")
    return _Segment(
        name=found["name"],
        constraint=found["constraint"],
        optional=found["optional"] is not None,
        takes_rest=bool(found["stars"]),
    )


def _decoded(part: str) -> str:
    #  An encoded slash stays encoded, so that it never looks like a separator.
    return "%2F".join(unquote(piece) for piece in re.split("%2[fF]", part))
