"""What becomes of the cards: versions, pauses, cards of other groups and cards made by hand."""

from __future__ import annotations

from datetime import timedelta

from sync_core.domain.directory import CardState, Origin
from sync_core.domain.ids import GroupId
from sync_core.domain.planning import MOST_CARDS, TOO_MANY_GROUPS, ChangeKind
from tests.builders import GROUP, MIDNIGHT, a_card, a_recipient, an_entra_user
from tests.unit.domain.planned import TONIGHT, after, left, rules, seen, with_values

OTHER = GroupId("support")
IN_BOTH = {GROUP: a_card(version=3), OTHER: a_card(version=8)}


def test_a_first_card_has_version_one_and_is_active() -> None:
    card = after(seen(None)).cards[GROUP]

    assert (card.version, card.state, card.origin) == (1, CardState.ACTIVE, Origin.SYNC)
    assert card.read_at == TONIGHT


def test_one_change_of_what_is_shown_raises_every_card_by_one() -> None:
    user = with_values(jobTitle="Engineer", department="Math", email="ada@new.example")
    planned = after(seen(a_recipient(cards=IN_BOTH), user=user))

    assert {group: card.version for group, card in planned.cards.items()} == {GROUP: 4, OTHER: 9}


def test_a_change_of_nothing_that_is_shown_raises_no_card() -> None:
    planned = after(seen(a_recipient(cards=IN_BOTH), user=an_entra_user(enabled=False)))

    assert {group: card.version for group, card in planned.cards.items()} == {GROUP: 3, OTHER: 8}


def test_a_joiner_gets_a_card_of_this_group_beside_the_others() -> None:
    plan = seen(a_recipient(cards={OTHER: a_card(version=8)}))

    assert plan.change is not None
    assert plan.change.kind is ChangeKind.ADDED
    assert {group: card.version for group, card in after(plan).cards.items()} == {GROUP: 1, OTHER: 8}


def test_a_joiner_who_also_changed_raises_the_other_cards_only() -> None:
    planned = after(seen(a_recipient(cards={OTHER: a_card(version=8)}), user=with_values(jobTitle="Engineer")))

    assert {group: card.version for group, card in planned.cards.items()} == {GROUP: 1, OTHER: 9}


def test_with_update_cards_off_values_change_and_cards_go_on_showing_the_old_ones() -> None:
    planned = after(seen(a_recipient(), rules(update_cards=False), user=with_values(jobTitle="Engineer")))

    assert planned.values["jobTitle"] == "Engineer"
    assert planned.card_content["jobTitle"] == "Analyst"
    assert planned.cards[GROUP].version == 1


def test_cards_keep_showing_what_they_showed_first_over_several_changes() -> None:
    off = rules(update_cards=False)
    once = after(seen(a_recipient(), off, user=with_values(jobTitle="Engineer")))
    twice = after(seen(once, off, user=with_values(jobTitle="Director")))

    assert twice.values["jobTitle"] == "Director"
    assert twice.card_content["jobTitle"] == "Analyst"


def test_update_cards_switched_on_again_brings_the_cards_up_to_date_in_one_step() -> None:
    lagging = after(
        seen(a_recipient(cards=IN_BOTH), rules(update_cards=False), user=with_values(jobTitle="Engineer"))
    )
    planned = after(seen(lagging, user=with_values(jobTitle="Engineer")))

    assert planned.shown is None
    assert planned.card_content["jobTitle"] == "Engineer"
    assert {group: card.version for group, card in planned.cards.items()} == {GROUP: 4, OTHER: 9}


def test_cards_whose_old_content_came_true_again_are_not_raised() -> None:
    lagging = after(seen(a_recipient(), rules(update_cards=False), user=with_values(jobTitle="Engineer")))
    planned = after(seen(lagging))

    assert planned.shown is None
    assert planned.cards[GROUP].version == 1


def test_with_update_cards_off_a_first_card_shows_what_is_true() -> None:
    planned = after(seen(None, rules(update_cards=False)))

    assert planned.card_content == planned.values


def test_leaving_ends_the_card_of_this_group_alone() -> None:
    plan = left(a_recipient(cards=IN_BOTH))

    assert plan.change is not None
    assert plan.change.kind is ChangeKind.REMOVED
    assert plan.change.reason == "left-in-entra"
    assert after(plan).cards == {OTHER: a_card(version=8)}


def test_a_card_made_by_hand_stays_when_its_owner_leaves_in_entra() -> None:
    assert left(a_recipient(cards={GROUP: a_card(origin=Origin.BY_HAND)})).change is None


def test_a_card_made_by_hand_stays_made_by_hand_when_its_owner_is_seen_in_entra() -> None:
    held = a_recipient(cards={GROUP: a_card(origin=Origin.BY_HAND)})
    planned = after(seen(held, user=with_values(jobTitle="Engineer")))

    assert planned.cards[GROUP].origin is Origin.BY_HAND


def test_nothing_ends_where_there_is_no_card() -> None:
    assert left(a_recipient(cards={OTHER: a_card()})).change is None


def test_nothing_ends_where_there_is_nobody() -> None:
    assert left(None).change is None


def test_who_was_seen_by_a_later_read_does_not_leave() -> None:
    plan = left(a_recipient(cards={GROUP: a_card(read_at=TONIGHT + timedelta(minutes=1))}))

    assert plan.outdated
    assert plan.change is None


def test_a_membership_that_was_seen_again_is_remembered_with_the_later_read() -> None:
    planned = after(seen(a_recipient(), user=with_values(jobTitle="Engineer")))

    assert planned.cards[GROUP].read_at == TONIGHT


def test_a_membership_is_never_remembered_with_an_earlier_read() -> None:
    later = TONIGHT + timedelta(minutes=1)
    held = a_recipient(cards={GROUP: a_card(read_at=later)})

    assert after(seen(held, user=with_values(jobTitle="Engineer"))).cards[GROUP].read_at == later


def test_a_person_can_have_as_many_cards_as_a_row_holds() -> None:
    many = {GroupId(f"g{number}"): a_card() for number in range(MOST_CARDS - 1)}

    assert len(after(seen(a_recipient(cards=many))).cards) == MOST_CARDS


def test_one_card_too_many_is_refused_with_its_reason() -> None:
    many = {GroupId(f"g{number}"): a_card() for number in range(MOST_CARDS)}
    plan = seen(a_recipient(cards=many))

    assert plan.change is None
    assert plan.warning == TOO_MANY_GROUPS


def test_whoever_has_all_cards_already_is_kept_current() -> None:
    many = {GROUP: a_card()} | {GroupId(f"g{number}"): a_card() for number in range(MOST_CARDS - 1)}
    plan = seen(a_recipient(cards=many), user=with_values(jobTitle="Engineer"))

    assert plan.warning == ""
    assert after(plan).values["jobTitle"] == "Engineer"


def test_a_card_read_at_midnight_is_ended_by_the_next_night() -> None:
    assert left(a_recipient(cards={GROUP: a_card(read_at=MIDNIGHT)})).change is not None
