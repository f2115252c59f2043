"""What ending a link does, told before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sync_core.domain.directory import InactiveBecause, Origin, Status
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnLeave, OnLeaveLast, SyncOptions
from sync_core.domain.unlinking import UnlinkEffect, effect_of, most_of, unlink_rules
from sync_core.domain.workspaces import Rulebook
from tests.builders import GROUP, a_card, a_recipient

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient

OTHER = GroupId("other")
HERE_ONLY = a_recipient()
ELSEWHERE_TOO = a_recipient(cards={GROUP: a_card(), OTHER: a_card()})
BY_HAND = a_recipient(cards={GROUP: a_card(origin=Origin.BY_HAND)})
INACTIVE = a_recipient(status=Status.INACTIVE, inactive_because=InactiveBecause.DISABLED, enabled_in_entra=False)
WITHOUT = a_recipient(cards={OTHER: a_card()})


def effect(*people: Recipient, **options: object) -> UnlinkEffect:
    return effect_of(people, unlink_rules(GROUP, Rulebook(SyncOptions(**options))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on_leave", "deactivated", "deleted"),
    [(OnLeaveLast.DEACTIVATE, 1, 0), (OnLeaveLast.DELETE, 0, 1), (OnLeaveLast.KEEP, 0, 0)],
)
def test_whoever_is_in_no_other_group_follows_the_options(
    on_leave: OnLeaveLast, deactivated: int, deleted: int
) -> None:
    found = effect(HERE_ONLY, ELSEWHERE_TOO, BY_HAND, WITHOUT, when_user_leaves_last_group=on_leave)

    assert found == UnlinkEffect(exact=True, cards_end=2, cards_stay=1, deactivated=deactivated, deleted=deleted)


def test_who_is_inactive_already_does_not_become_so() -> None:
    assert effect(INACTIVE) == UnlinkEffect(exact=True, cards_end=1, cards_stay=0, deactivated=0, deleted=0)


def test_everybody_stays_where_the_options_keep_them() -> None:
    found = effect(HERE_ONLY, ELSEWHERE_TOO, when_user_leaves_group=OnLeave.KEEP)

    assert (found.cards_end, found.cards_stay, found.deactivated) == (0, 2, 0)


@pytest.mark.parametrize("on_leave", list(OnLeaveLast))
@pytest.mark.parametrize("on_leave_group", list(OnLeave))
def test_the_most_is_never_less_than_what_happens(on_leave: OnLeaveLast, on_leave_group: OnLeave) -> None:
    options = SyncOptions(when_user_leaves_group=on_leave_group, when_user_leaves_last_group=on_leave)
    people = (HERE_ONLY, ELSEWHERE_TOO, BY_HAND, INACTIVE)

    found, most = effect_of(people, unlink_rules(GROUP, Rulebook(options))), most_of(len(people), options)

    assert not most.exact
    assert most.cards_end >= found.cards_end
    assert most.cards_stay >= found.cards_stay
    assert most.deactivated >= found.deactivated
    assert most.deleted >= found.deleted


def told(*, ends: int, deactivated: int = 0, deleted: int = 0, exact: bool = True) -> str:
    effect = UnlinkEffect(exact=exact, cards_end=ends, cards_stay=4, deactivated=deactivated, deleted=deleted)
    return effect.in_words


def test_the_effect_is_told_in_a_sentence() -> None:
    assert told(ends=0) == "No card ends."
    assert told(ends=1, deactivated=1) == "1 card ends, 1 person becomes inactive."
    assert told(ends=12, deleted=3) == "12 cards end, 3 people are deleted."
    assert told(ends=2) == "2 cards end, nobody becomes inactive or is deleted."
    assert told(ends=12345, deactivated=12345, exact=False) == (
        "Up to 12,345 cards end, up to 12,345 people become inactive."
    )
