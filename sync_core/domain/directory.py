"""What we hold: recipients, their cards, and a group's member index."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sync_core.domain.ids import EntraGroupId, EntraUserId, GroupId, RecipientId

#  How many runs a recipient remembers: enough for "why?", small enough to sit in the person's own row.
REMEMBERED_RUNS = 50


class Status(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"


class InactiveBecause(StrEnum):
    """Why a recipient is inactive: only what a sync did is undone by a sync."""

    DISABLED = "disabled"
    LEFT = "left"
    BY_HAND = "by-hand"


class CardState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class Origin(StrEnum):
    """Who made it. What was made by hand is never taken away by a sync."""

    SYNC = "sync"
    BY_HAND = "by-hand"


@dataclass(frozen=True, slots=True)
class Card:
    """A person's card in one group. *version* rises by one with each change of what the card shows.

    *read_at* is when the read of Entra began that last decided this membership.
    """

    version: int
    state: CardState
    read_at: datetime | None = None
    origin: Origin = Origin.SYNC


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person of a workspace; stored as one row, so that every change is whole.

    *values*: the fields that are not empty. *shown*: what the cards show, where that lags behind *values*.
    *edited*: values that a person set or emptied here. *read_at*: when the read began that *values* come from.
    *fingerprint*: of the Entra values and options applied last. *runs*: marks of the last changes, oldest first.
    """

    id: RecipientId
    entra_id: EntraUserId | None
    values: Mapping[str, str]
    status: Status = Status.ACTIVE
    inactive_because: InactiveBecause | None = None
    enabled_in_entra: bool | None = None
    cards: Mapping[GroupId, Card] = field(default_factory=dict)
    shown: Mapping[str, str] | None = None
    edited: frozenset[str] = frozenset()
    origin: Origin = Origin.SYNC
    read_at: datetime | None = None
    fingerprint: str = ""
    revision: int = 0
    runs: tuple[str, ...] = ()
    deleted: bool = False

    @property
    def card_content(self) -> Mapping[str, str]:
        return self.values if self.shown is None else self.shown


class MemberState(StrEnum):
    """``refused``: could not be taken in; the reason is kept and it is tried again each night.

    ``kept``: gone from Entra, and stays by a person's decision until seen there again or the mark is cleared.
    """

    MEMBER = "member"
    REFUSED = "refused"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Member:
    """A row of a group's member index: who was applied last, and by which values."""

    recipient: RecipientId
    entra_id: EntraUserId
    fingerprint: str
    state: MemberState = MemberState.MEMBER
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LinkedGroup:
    """A workspace group that is linked to an Entra group. *generation* rises with every new link.

    *missing_since*: the night in which Entra first said that the group is not there; *is_gone* once another night has
    confirmed it. *unlinking*: its link is being ended.
    """

    id: GroupId
    entra_id: EntraGroupId
    name: str
    description: str
    generation: int = 1
    members: int = 0
    missing_since: date | None = None
    is_gone: bool = False
    unlinking: bool = False
