from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.directory import CardState, InactiveBecause, Origin, Recipient, Status
from sync_core.domain.editing import cleaned, plan_added, plan_card_given, plan_card_taken, plan_cards_up, plan_edited
from sync_core.domain.errors import SyncRefused
from sync_core.domain.field_settings import EMAIL, NAME, CustomField, FieldSettings, Switches
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnDisabled, OnLeaveLast, SyncOptions
from sync_core.domain.planning import MOST_CARDS, PersonChange
from sync_core.domain.workspaces import Rulebook
from tests.builders import GROUP, RECIPIENT, a_card, a_recipient

if TYPE_CHECKING:
    from collections.abc import Mapping

KEEPING = Rulebook(
    settings=FieldSettings(
        {"jobTitle": Switches(overwrite=False), "mobilePhone": Switches(sync=False)},
        {3: CustomField("region", Switches(overwrite=False)), 4: CustomField("desk")},
    )
)
BY_HAND = a_recipient(entra_id=None, origin=Origin.BY_HAND, enabled_in_entra=None)
BOARD = GroupId("board")


def edited(
    held: Recipient,
    values: Mapping[str, str | None] | None = None,
    *,
    status: Status | None = None,
    rulebook: Rulebook = KEEPING,
) -> Recipient:
    """Return the person as the edit leaves them."""
    change = plan_edited(held, values=values or {}, status=status, rulebook=rulebook)
    return held if change is None else change.after


@pytest.mark.parametrize("name", ["department", NAME, EMAIL, "city", "desk"])
def test_a_synced_field_with_overwrite_on_cannot_be_edited(name: str) -> None:
    with pytest.raises(SyncRefused, match=name) as raised:
        edited(a_recipient(), {name: "x@example.com"})

    assert raised.value.code == "follows-entra"


def test_a_value_that_is_so_already_is_no_edit_of_it() -> None:
    """A form that sends every field back is no attempt at those that follow Entra."""
    person = a_recipient()

    assert plan_edited(person, values={"name": "Ada Lovelace", "city": None}, status=None, rulebook=KEEPING) is None


@pytest.mark.parametrize("name", ["jobTitle", "mobilePhone", "region"])
def test_a_field_that_is_not_overwritten_can_be_edited_and_is_marked(name: str) -> None:
    after = edited(a_recipient(), {name: "new"})

    assert (after.values[name], after.edited) == ("new", frozenset({name}))


def test_an_emptied_value_is_marked_too() -> None:
    after = edited(a_recipient(edited=frozenset({"region"})), {"jobTitle": None})

    assert ("jobTitle" in after.values, after.edited) == (False, frozenset({"jobTitle", "region"}))


def test_somebody_made_by_hand_can_be_edited_in_every_field() -> None:
    assert edited(BY_HAND, {"department": "Sales", EMAIL: "new@example.com"}).values["department"] == "Sales"


def test_a_visible_edit_raises_each_card_by_one_version() -> None:
    person = a_recipient(cards={GROUP: a_card(version=4), BOARD: a_card(version=1)})

    after = edited(person, {"jobTitle": "Engineer"})

    assert {group: card.version for group, card in after.cards.items()} == {GROUP: 5, BOARD: 2}


def test_an_edit_shows_on_cards_that_lag_behind_in_other_values() -> None:
    person = a_recipient(shown={EMAIL: "ada@example.com", NAME: "Ada Byron", "jobTitle": "Analyst"})

    after = edited(person, {"jobTitle": "Engineer"})

    assert after.shown == {EMAIL: "ada@example.com", NAME: "Ada Byron", "jobTitle": "Engineer"}
    assert (after.values[NAME], after.cards[GROUP].version) == ("Ada Lovelace", 2)


def test_an_edit_that_brings_values_to_what_the_cards_show_is_no_new_version() -> None:
    person = a_recipient(shown={**a_recipient().values, "jobTitle": "Engineer"})

    after = edited(person, {"jobTitle": "Engineer"})

    assert (after.shown, after.cards[GROUP].version) == (None, 1)


@pytest.mark.parametrize("because", [None, InactiveBecause.DISABLED, InactiveBecause.LEFT])
def test_somebody_made_inactive_by_hand_is_so_by_hand(because: InactiveBecause | None) -> None:
    """Also somebody who is inactive already: Entra enabling them again must not undo what a person said."""
    status = Status.ACTIVE if because is None else Status.INACTIVE
    after = edited(a_recipient(status=status, inactive_because=because), status=Status.INACTIVE)

    assert (after.status, after.inactive_because) == (Status.INACTIVE, InactiveBecause.BY_HAND)
    assert after.cards[GROUP].state is CardState.PAUSED


def test_made_active_by_hand_the_cards_are_resumed() -> None:
    inactive = edited(a_recipient(), status=Status.INACTIVE)

    after = edited(inactive, status=Status.ACTIVE)

    assert (after.status, after.inactive_because) == (Status.ACTIVE, None)
    assert after.cards[GROUP].state is CardState.ACTIVE


def test_somebody_disabled_in_entra_cannot_be_made_active() -> None:
    person = a_recipient(status=Status.INACTIVE, inactive_because=InactiveBecause.BY_HAND, enabled_in_entra=False)

    with pytest.raises(SyncRefused, match="status") as raised:
        edited(person, status=Status.ACTIVE)

    assert raised.value.code == "follows-entra"


def test_somebody_disabled_in_entra_can_be_made_active_where_the_options_do_not_care() -> None:
    rulebook = replace(KEEPING, options=SyncOptions(when_user_disabled=OnDisabled.KEEP))
    person = a_recipient(status=Status.INACTIVE, inactive_because=InactiveBecause.BY_HAND, enabled_in_entra=False)

    assert edited(person, status=Status.ACTIVE, rulebook=rulebook).status is Status.ACTIVE


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"salary": "1"}, "field-unknown"),
        ({"extensionAttribute3": "north"}, "field-unknown"),
        ({NAME: "Ada\nLovelace"}, "value-malformed"),
        ({NAME: "x" * 1025}, "value-malformed"),
        ({EMAIL: "  "}, "email-missing"),
        ({EMAIL: None}, "email-missing"),
        ({EMAIL: "ada"}, "email-malformed"),
    ],
)
def test_values_that_cannot_be_are_refused(values: dict[str, str | None], code: str) -> None:
    with pytest.raises(SyncRefused) as raised:
        cleaned(values, KEEPING.settings)

    assert raised.value.code == code


def test_values_are_trimmed_and_blank_ones_are_empty() -> None:
    assert cleaned({NAME: " Ada ", "city": "  ", "region": "x" * 1024}, KEEPING.settings) == {
        NAME: "Ada",
        "city": None,
        "region": "x" * 1024,
    }


def test_somebody_made_by_hand_has_no_entra_user_and_no_card() -> None:
    change = plan_added(RECIPIENT, {EMAIL: "ada@example.com", "city": None})

    assert change.after == Recipient(
        RECIPIENT, None, {EMAIL: "ada@example.com"}, edited=frozenset({EMAIL}), origin=Origin.BY_HAND
    )


def given(held: Recipient, options: SyncOptions | None = None) -> PersonChange | None:
    return plan_card_given(held, BOARD, options=options or SyncOptions())


def taken(held: Recipient, **options: Any) -> Recipient:
    change = plan_card_taken(held, BOARD, options=SyncOptions(**options))
    assert change is not None
    return change.after


def test_a_card_given_by_hand_is_nobodys_to_take_but_a_persons() -> None:
    change = given(BY_HAND)

    assert change is not None
    assert change.after.cards == {**BY_HAND.cards, BOARD: a_card(read_at=None, origin=Origin.BY_HAND)}
    assert given(change.after) is None


def test_a_card_given_to_somebody_disabled_is_paused() -> None:
    change = given(a_recipient(status=Status.INACTIVE, enabled_in_entra=False))

    assert change is not None
    assert change.after.cards[BOARD].state is CardState.PAUSED


def test_a_card_that_a_sync_gave_is_neither_given_nor_taken_by_hand() -> None:
    person = a_recipient(cards={BOARD: a_card()})

    for refused in (given, taken):
        with pytest.raises(SyncRefused) as raised:
            refused(person)
        assert raised.value.code == "follows-entra"


def test_nobody_gets_more_cards_than_a_row_can_hold() -> None:
    cards = {GroupId(f"g{number}"): a_card() for number in range(MOST_CARDS)}

    with pytest.raises(SyncRefused) as raised:
        given(a_recipient(cards=cards))

    assert raised.value.code == "too-many-groups"


def test_somebody_made_by_hand_stays_when_the_last_card_is_taken() -> None:
    person = replace(BY_HAND, cards={BOARD: a_card(origin=Origin.BY_HAND)})

    after = taken(person, when_user_leaves_last_group=OnLeaveLast.DELETE)

    assert (after.cards, after.status, after.deleted) == ({}, Status.ACTIVE, False)


def test_somebody_whom_a_sync_made_leaves_with_the_last_card_as_the_options_say() -> None:
    person = a_recipient(cards={BOARD: a_card(origin=Origin.BY_HAND)})

    assert taken(person).inactive_because is InactiveBecause.LEFT
    assert taken(person, when_user_leaves_last_group=OnLeaveLast.DELETE).deleted


def test_cards_are_brought_up_to_the_values_once() -> None:
    change = plan_cards_up(a_recipient(shown={NAME: "Ada Byron"}))

    assert change is not None
    assert (change.after.shown, change.after.cards[GROUP].version) == (None, 2)
    assert plan_cards_up(change.after) is None
