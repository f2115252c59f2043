"""What a run changed: entries per person, packed into pages that are stored before the people are."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sync_core.domain.ids import GroupId, RunId

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.ids import EntraUserId, RecipientId

PEOPLE = GroupId("~people")
"""Stands for the group in the journal of changes that no group's run made; ids hold no ``~``."""

REFUSED = "refused"
"""Could not be taken in as Entra has them."""

OUTDATED = "outdated"
"""Was to be taken out, or put back, but things have changed since: left alone."""

KEPT = "kept"
"""Stays by a person's decision."""

_MARK = re.compile(r"[^/]+/[^/]+/[^/]+")

_CHANGES_NOBODY = frozenset({REFUSED, OUTDATED, KEPT})


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One person in one run. *kind*: a `ChangeKind`, or what else is worth knowing; *changes*: path -> [old, new].

    *revision*: of the recipient after the change; 0 where nothing was stored for the person. *by*: an id of who asked
    for it, empty where nobody in particular did.
    """

    recipient: RecipientId
    entra_id: EntraUserId | None
    kind: str
    reason: str = ""
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    revision: int = 0
    by: str = ""


@dataclass(frozen=True, slots=True)
class JournalPage:
    """The entries of one transaction of people: stored as a whole or not at all, as those people are.

    *name*: the attempt that wrote it and its number, so that attempts never overwrite each other.
    """

    name: str
    entries: tuple[JournalEntry, ...]

    @property
    def summary(self) -> PageSummary:
        kinds = Counter(entry.kind for entry in self.entries)
        changed = [entry.recipient for entry in self.entries if entry.kind not in _CHANGES_NOBODY]
        return PageSummary(self.name, kinds, changed[0] if changed else None)


@dataclass(frozen=True, slots=True)
class PageSummary:
    """A page without its entries. *witness*: one of the people whose row names the page if it was stored.

    None: the page only tells of people who could not be taken in; nothing else had to be stored with it.
    """

    name: str
    kinds: Mapping[str, int]
    witness: RecipientId | None


def page_name(attempt: str, number: int) -> str:
    return f"{attempt}-{number:06d}"


def mark_of(group: GroupId, run: RunId, page: str) -> str:
    """Return what a recipient's row keeps of a change: where in which journal it stands."""
    return f"{group}/{run}/{page}"


def is_mark(text: str) -> bool:
    """Tell whether *text* can be taken apart by `place_of`."""
    return _MARK.fullmatch(text) is not None


def place_of(mark: str) -> tuple[GroupId, RunId, str]:
    """Return the group, run and page that a mark names."""
    group, run, page = mark.split("/")
    return GroupId(group), RunId(run), page
