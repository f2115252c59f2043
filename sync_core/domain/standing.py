"""How a person stands now: which groups keep them, what waits, and what stops a value from following Entra."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.directory import MemberState, Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.directory import Card, LinkedGroup, Member, Recipient
    from sync_core.domain.field_settings import FieldSettings
    from sync_core.domain.holds import HeldKind
    from sync_core.domain.ids import GroupId, RecipientId


class Place(StrEnum):
    """What somebody is in a group.

    ``member``: a sync gave the card. ``by-hand``: a person did, and no sync takes it. ``kept``: gone from Entra,
    stays by a decision. ``refused``: in the group in Entra, could not be taken in. ``outside``: neither.
    """

    MEMBER = "member"
    BY_HAND = "by-hand"
    KEPT = "kept"
    REFUSED = "refused"
    OUTSIDE = "outside"


class ValueState(StrEnum):
    """What decides about a value.

    ``follows-entra``: each sync sets it. ``edited-here``: set or emptied here, and Overwrite is off.
    ``kept-here``: Overwrite is off and there is a value. ``filled-once``: Overwrite is off, empty so far.
    ``not-synced``: its field is not. ``not-linked``: no Entra user is linked. ``not-mapped``: there is no such field
    any more, only what was left of it.
    """

    FOLLOWS_ENTRA = "follows-entra"
    EDITED_HERE = "edited-here"
    KEPT_HERE = "kept-here"
    FILLED_ONCE = "filled-once"
    NOT_SYNCED = "not-synced"
    NOT_LINKED = "not-linked"
    NOT_MAPPED = "not-mapped"

    @property
    def is_editable(self) -> bool:
        return self not in {ValueState.FOLLOWS_ENTRA, ValueState.NOT_MAPPED}


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """The person in one group. *name*: empty where the group is not linked any more, and a card by hand is left.

    *reason*: why refused or kept, or what stops a part of an update, as a stable code. *held*: what waits for a
    decision. *looked_at_next*: the next sync looks at the person whether or not Entra says something new.
    """

    group: GroupId
    name: str
    place: Place
    card: Card | None = None
    reason: str = ""
    held: HeldKind | None = None
    looked_at_next: bool = False

    @property
    def keeps(self) -> bool:
        """Whether the group keeps the person in the workspace."""
        return self.card is not None

    @property
    def says_something(self) -> bool:
        """Whether the person has anything to do with the group."""
        return self.place is not Place.OUTSIDE or self.held is not None

    @classmethod
    def unlinked(cls, group: GroupId, *, card: Card) -> GroupStanding:
        """Return what is left of a group that is not linked any more: no sync decides about its cards."""
        return cls(group, "", _place(card, None), card)

    @classmethod
    def of(
        cls, group: LinkedGroup, *, card: Card | None, member: Member | None, held: HeldKind | None
    ) -> GroupStanding:
        return cls(
            group.id,
            group.name,
            _place(card, member),
            card,
            reason="" if member is None else member.reason,
            held=held,
            looked_at_next=member is not None and not member.fingerprint,
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """*person*: as stored; a tombstone where they were deleted, None where they never could be taken in.

    *groups*: each that has anything to say of the person. *complete*: whether all linked groups were looked into.
    """

    recipient: RecipientId
    person: Recipient | None
    groups: tuple[GroupStanding, ...]
    values: Mapping[str, ValueState]
    complete: bool = True

    @property
    def kept_by(self) -> tuple[GroupId, ...]:
        return tuple(one.group for one in self.groups if one.keeps)


def values_standing(person: Recipient, settings: FieldSettings) -> dict[str, ValueState]:
    """Return for each value that there is, or that the person has, what decides about it."""
    overwrites = {name: overwrite for _, name, overwrite in settings.synced_values()}
    known = settings.known_values()
    return {
        name: _value_state(person, name, overwrite=overwrites.get(name)) if name in known else ValueState.NOT_MAPPED
        for name in sorted(known | person.values.keys())
    }


def _value_state(person: Recipient, name: str, *, overwrite: bool | None) -> ValueState:
    if person.entra_id is None:
        return ValueState.NOT_LINKED
    if overwrite is None:
        return ValueState.NOT_SYNCED
    if overwrite:
        return ValueState.FOLLOWS_ENTRA
    if name in person.edited:
        return ValueState.EDITED_HERE
    return ValueState.KEPT_HERE if name in person.values else ValueState.FILLED_ONCE


def _place(card: Card | None, member: Member | None) -> Place:
    if member is not None and member.state is MemberState.KEPT:
        return Place.KEPT
    if card is not None:
        return Place.BY_HAND if card.origin is Origin.BY_HAND else Place.MEMBER
    if member is not None and member.state is MemberState.REFUSED:
        return Place.REFUSED
    return Place.OUTSIDE
