"""ETags, and the conditions that a request can set on them (RFC 9110, section 13)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schedules_api.problems import Problem, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

_TAG = re.compile(r'(W/)?("[\x21\x23-\x7e]*")')
_TAGS = re.compile(rf"{_TAG.pattern}(?:[ \t]*,[ \t]*{_TAG.pattern})*")


def etag_of(revision: int) -> str:
    return f'"{revision}"'


def etag_header(revision: int | None) -> dict[str, str]:
    """Return the header that tells the current revision; empty where there is none."""
    return {} if revision is None else {"ETag": etag_of(revision)}


@dataclass(frozen=True, slots=True)
class _Tags:
    """The ETags of one header; *strong* leaves out the weak ones, *any* is ``*``."""

    any: bool = False
    all: frozenset[str] = frozenset()
    strong: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Conditions:
    """``If-Match`` and ``If-None-Match`` of one request."""

    match: _Tags | None = None
    none_match: _Tags | None = None

    @property
    def are_set(self) -> bool:
        return self.match is not None or self.none_match is not None

    def require(self, revision: int | None, *, code: str = "schedule-changed", thing: str = "schedule") -> None:
        """Let the request through where its conditions hold for *revision* of the *thing*, None where there is none.

        Raises:
            Problem: *code*, with the current ETag.
        """
        if self._hold(revision):
            return
        found = f"There is no {thing}" if revision is None else f"The {thing} is at revision {revision}"
        raise Problem(code, f"{found}; nothing was changed.", headers=etag_header(revision))

    def hold_for(self, etag: str | None, *, is_default: bool = False) -> bool:
        """Tell whether the conditions hold for what has this *etag*, None: there is nothing.

        *is_default*: it is only what goes while nobody has saved anything, which ``If-None-Match: *`` lets through.
        """
        if self.match is not None and not _names(etag, any_=self.match.any, tags=self.match.strong):
            return False
        if self.none_match is None:
            return True
        return not _names(etag, any_=self.none_match.any and not is_default, tags=self.none_match.all)

    def _hold(self, revision: int | None) -> bool:
        return self.hold_for(None if revision is None else etag_of(revision))


def conditions_in(headers: Mapping[str, str]) -> Conditions:
    """Return the request's conditions.

    Raises:
        Problem: one of the two headers is malformed.
    """
    return Conditions(match=_tags_in(headers, "If-Match"), none_match=_tags_in(headers, "If-None-Match"))


def _names(current: str | None, *, any_: bool, tags: frozenset[str]) -> bool:
    return current is not None and (any_ or current in tags)


def _tags_in(headers: Mapping[str, str], name: str) -> _Tags | None:
    text = headers.get(name)
    if text is None:
        return None
    if text.strip() == "*":
        return _Tags(any=True)
    if _TAGS.fullmatch(text.strip()) is None:
        raise invalid(name, 'must be * or ETags in quotes, such as "3"')
    tags = _TAG.findall(text)
    return _Tags(all=frozenset(tag for _, tag in tags), strong=frozenset(tag for weak, tag in tags if not weak))
