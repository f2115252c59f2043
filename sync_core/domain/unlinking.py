"""What ending a group's link does to its members and their cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sync_core.domain.eligibility import UNLINKED
from sync_core.domain.options import OnLeave, OnLeaveLast
from sync_core.domain.planning import Rules, plan_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import GroupId
    from sync_core.domain.options import SyncOptions
    from sync_core.domain.workspaces import Rulebook

#  No read of Entra has more to say about a membership whose link ends.
_AFTER_EVERY_READ = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UnlinkEffect:
    """How many people are concerned, and how. Where it is not *exact*, each number is the most it can be.

    *cards_end*: whose card of the group ends; of these, the *deactivated* and the *deleted* are in no other group.
    *cards_stay*: who keeps the card, by the sync options or because it was given by hand.
    """

    exact: bool
    cards_end: int
    cards_stay: int
    deactivated: int
    deleted: int

    @property
    def in_words(self) -> str:
        if not self.cards_end:
            return "No card ends."
        told = [self._counted(self.cards_end, "card ends", "cards end")]
        if self.deactivated:
            told.append(self._counted(self.deactivated, "person becomes inactive", "people become inactive"))
        if self.deleted:
            told.append(self._counted(self.deleted, "person is deleted", "people are deleted"))
        if len(told) == 1:
            told.append("nobody becomes inactive or is deleted")
        sentence = ", ".join(told)
        return f"{sentence[0].upper()}{sentence[1:]}."

    def _counted(self, number: int, one: str, many: str) -> str:
        return f"{'' if self.exact else 'up to '}{number:,} {one if number == 1 else many}"


def unlink_rules(group: GroupId, rulebook: Rulebook) -> Rules:
    """Return what decides about each member of a group that is unlinked."""
    return Rules(group, rulebook.options, rulebook.settings, read_at=_AFTER_EVERY_READ)


def effect_of(people: Iterable[Recipient], rules: Rules) -> UnlinkEffect:
    """Return what unlinking does to the group's *people*, by the very plans that it carries out."""
    ends = stays = deactivated = deleted = 0
    for person in people:
        change = plan_left(person, rules=rules, reason=UNLINKED.code).change
        if change is None:
            stays += rules.group in person.cards
        else:
            ends += 1
            deactivated += change.deactivates
            deleted += change.after.deleted
    return UnlinkEffect(exact=True, cards_end=ends, cards_stay=stays, deactivated=deactivated, deleted=deleted)


def most_of(members: int, options: SyncOptions) -> UnlinkEffect:
    """Return the most that unlinking can do to a group of so many *members*, without a look at any of them."""
    ends = 0 if options.when_user_leaves_group is OnLeave.KEEP else members
    on_leave = options.when_user_leaves_last_group
    return UnlinkEffect(
        exact=False,
        cards_end=ends,
        cards_stay=members,
        deactivated=ends if on_leave is OnLeaveLast.DEACTIVATE else 0,
        deleted=ends if on_leave is OnLeaveLast.DELETE else 0,
    )
