"""Who is active: accounts disabled and enabled in Entra, people who leave, people who come back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.directory import REMEMBERED_RUNS, CardState, InactiveBecause, Origin, Status
from sync_core.domain.ids import GroupId
from sync_core.domain.options import OnDisabled, OnLeave, OnLeaveLast
from sync_core.domain.planning import (
    ChangeKind,
    differences,
    marked,
    without_deactivation,
)
from tests.builders import GROUP, a_card, a_recipient, an_entra_user
from tests.unit.domain.planned import TONIGHT, after, left, rules, seen, with_values

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient
    from sync_core.domain.planning import PersonPlan

OTHER = GroupId("support")
DISABLED = an_entra_user(enabled=False)


def inactive(because: InactiveBecause, **changes: object) -> Recipient:
    cards = {GROUP: a_card(state=CardState.PAUSED)}
    return a_recipient(**{"status": Status.INACTIVE, "inactive_because": because, "cards": cards} | changes)


def deactivates(plan: PersonPlan) -> bool:
    return plan.change is not None and plan.change.deactivates


def test_somebody_disabled_in_entra_becomes_inactive() -> None:
    plan = seen(a_recipient(), user=DISABLED)

    assert (after(plan).status, after(plan).inactive_because) == (Status.INACTIVE, InactiveBecause.DISABLED)
    assert deactivates(plan)


def test_all_cards_of_somebody_disabled_are_paused() -> None:
    planned = after(seen(a_recipient(cards={GROUP: a_card(), OTHER: a_card()}), user=DISABLED))

    assert {card.state for card in planned.cards.values()} == {CardState.PAUSED}


def test_somebody_enabled_again_is_active_and_all_cards_resume() -> None:
    cards = {GROUP: a_card(state=CardState.PAUSED), OTHER: a_card(state=CardState.PAUSED)}
    planned = after(seen(inactive(InactiveBecause.DISABLED, enabled_in_entra=False, cards=cards)))

    assert (planned.status, planned.inactive_because) == (Status.ACTIVE, None)
    assert {card.state for card in planned.cards.values()} == {CardState.ACTIVE}


def test_somebody_new_who_is_disabled_comes_in_inactive() -> None:
    plan = seen(None, user=DISABLED)

    assert after(plan).status is Status.INACTIVE
    assert after(plan).cards[GROUP].state is CardState.PAUSED
    assert not deactivates(plan)


def test_with_when_disabled_keep_nobody_becomes_inactive() -> None:
    assert seen(a_recipient(), rules(when_user_disabled=OnDisabled.KEEP), user=DISABLED).change is None


def test_with_when_disabled_keep_who_was_made_inactive_becomes_active_again() -> None:
    held = inactive(InactiveBecause.DISABLED, enabled_in_entra=False)
    planned = after(seen(held, rules(when_user_disabled=OnDisabled.KEEP), user=DISABLED))

    assert planned.status is Status.ACTIVE


def test_an_account_about_which_entra_says_nothing_is_not_disabled() -> None:
    assert after(seen(None, user=an_entra_user(enabled=None))).status is Status.ACTIVE


def test_whom_a_person_made_inactive_stays_inactive() -> None:
    assert seen(inactive(InactiveBecause.BY_HAND)).change is None


def test_whom_a_person_made_inactive_is_still_kept_current() -> None:
    planned = after(seen(inactive(InactiveBecause.BY_HAND), user=with_values(jobTitle="Engineer")))

    assert planned.values["jobTitle"] == "Engineer"
    assert planned.inactive_because is InactiveBecause.BY_HAND


def test_a_card_that_somebody_made_inactive_by_hand_joins_with_is_paused() -> None:
    planned = after(seen(inactive(InactiveBecause.BY_HAND, cards={})))

    assert planned.cards[GROUP].state is CardState.PAUSED


def test_who_leaves_the_last_group_becomes_inactive() -> None:
    planned = after(left(a_recipient()))

    assert (planned.status, planned.inactive_because) == (Status.INACTIVE, InactiveBecause.LEFT)
    assert planned.cards == {}


def test_who_leaves_one_of_two_groups_stays_active() -> None:
    planned = after(left(a_recipient(cards={GROUP: a_card(), OTHER: a_card()})))

    assert planned.status is Status.ACTIVE


def test_a_card_made_by_hand_in_another_group_keeps_somebody_active() -> None:
    cards = {GROUP: a_card(), OTHER: a_card(origin=Origin.BY_HAND)}

    assert after(left(a_recipient(cards=cards))).status is Status.ACTIVE


def test_with_when_last_keep_only_the_card_goes() -> None:
    planned = after(left(a_recipient(), rules(when_user_leaves_last_group=OnLeaveLast.KEEP)))

    assert (planned.status, planned.cards, planned.deleted) == (Status.ACTIVE, {}, False)


def test_with_when_last_delete_the_person_is_deleted() -> None:
    planned = after(left(a_recipient(), rules(when_user_leaves_last_group=OnLeaveLast.DELETE)))

    assert planned.deleted


def test_with_when_last_delete_who_is_still_in_another_group_is_not_deleted() -> None:
    held = a_recipient(cards={GROUP: a_card(), OTHER: a_card()})
    planned = after(left(held, rules(when_user_leaves_last_group=OnLeaveLast.DELETE)))

    assert not planned.deleted


@pytest.mark.parametrize("because", [InactiveBecause.DISABLED, InactiveBecause.BY_HAND])
def test_with_when_last_delete_who_was_inactive_before_is_deleted_all_the_same(because: InactiveBecause) -> None:
    """People who leave a company are disabled first and taken out of their groups later."""
    held = inactive(because, enabled_in_entra=False)
    planned = after(left(held, rules(when_user_leaves_last_group=OnLeaveLast.DELETE)))

    assert planned.deleted


def test_a_recipient_made_by_hand_is_never_deleted() -> None:
    held = a_recipient(origin=Origin.BY_HAND)
    planned = after(left(held, rules(when_user_leaves_last_group=OnLeaveLast.DELETE)))

    assert not planned.deleted
    assert planned.status is Status.INACTIVE


def test_with_when_leaves_keep_nobody_leaves() -> None:
    assert left(a_recipient(), rules(when_user_leaves_group=OnLeave.KEEP)).change is None


def test_who_comes_back_is_active_again() -> None:
    gone = a_recipient(status=Status.INACTIVE, inactive_because=InactiveBecause.LEFT, cards={})
    plan = seen(gone)

    assert plan.change is not None
    assert plan.change.kind is ChangeKind.ADDED
    assert (after(plan).status, after(plan).inactive_because) == (Status.ACTIVE, None)
    assert after(plan).cards[GROUP].state is CardState.ACTIVE


def test_who_comes_back_disabled_stays_inactive() -> None:
    gone = a_recipient(status=Status.INACTIVE, inactive_because=InactiveBecause.LEFT, cards={})

    assert after(seen(gone, user=DISABLED)).inactive_because is InactiveBecause.DISABLED


def test_who_leaves_the_last_group_while_disabled_stays_inactive() -> None:
    planned = after(left(inactive(InactiveBecause.DISABLED, enabled_in_entra=False)))

    assert planned.status is Status.INACTIVE
    assert planned.cards == {}


def test_who_leaves_while_inactive_by_hand_stays_inactive_by_hand() -> None:
    assert after(left(inactive(InactiveBecause.BY_HAND))).inactive_because is InactiveBecause.BY_HAND


def test_an_outdated_read_says_nothing_about_the_account() -> None:
    assert seen(a_recipient(read_at=TONIGHT + timedelta(minutes=1)), user=DISABLED).change is None


def test_leaving_is_no_deactivation_where_others_keep_the_person() -> None:
    assert not deactivates(left(a_recipient(cards={GROUP: a_card(), OTHER: a_card()})))


def test_somebody_inactive_already_is_not_deactivated_again() -> None:
    held = inactive(InactiveBecause.DISABLED, enabled_in_entra=False)

    assert not deactivates(seen(held, user=an_entra_user(enabled=False, values=with_values(city="Ulm").values)))


def test_what_the_guard_holds_leaves_the_person_active_with_the_rest_applied() -> None:
    user = an_entra_user(enabled=False, values=with_values(jobTitle="Engineer").values)
    change = seen(a_recipient(), user=user).change
    assert change is not None

    held = without_deactivation(change)

    assert held is not None
    assert held.after.status is Status.ACTIVE
    assert held.after.inactive_because is None
    assert held.after.enabled_in_entra is True
    assert held.after.values["jobTitle"] == "Engineer"
    assert held.after.cards[GROUP].state is CardState.ACTIVE
    assert held.after.cards[GROUP].version == 2


def test_a_card_that_somebody_held_joins_with_is_active_like_the_others() -> None:
    change = seen(a_recipient(cards={OTHER: a_card()}), user=DISABLED).change
    assert change is not None

    held = without_deactivation(change)

    assert held is not None
    assert {group: card.state for group, card in held.after.cards.items()} == {
        GROUP: CardState.ACTIVE,
        OTHER: CardState.ACTIVE,
    }


def test_a_deactivation_and_nothing_else_leaves_nothing_when_held() -> None:
    change = seen(a_recipient(), user=DISABLED).change
    assert change is not None

    assert without_deactivation(change) is None


def test_a_change_that_deactivates_nobody_is_not_touched_by_the_guard() -> None:
    change = seen(a_recipient(), user=with_values(jobTitle="Engineer")).change
    assert change is not None

    assert without_deactivation(change) is change


def test_somebody_new_is_not_touched_by_the_guard() -> None:
    change = seen(None, user=DISABLED).change
    assert change is not None

    assert without_deactivation(change) is change


def test_a_change_raises_the_revision_and_leaves_its_mark() -> None:
    after_change = marked(a_recipient(revision=4, runs=("one",)), "two")

    assert after_change.revision == 5
    assert after_change.runs == ("one", "two")


def test_only_the_last_marks_are_kept() -> None:
    runs = tuple(str(number) for number in range(REMEMBERED_RUNS))

    assert marked(a_recipient(runs=runs), "new").runs == (*runs[1:], "new")


def test_differences_name_every_path_with_old_and_new() -> None:
    user = an_entra_user(enabled=False, values=with_values(jobTitle="Engineer").values)
    held = a_recipient()

    assert differences(held, after(seen(held, user=user))) == {
        "values.jobTitle": ["Analyst", "Engineer"],
        f"cards.{GROUP}": [[1, "active"], [2, "paused"]],
        "status": ["active", "inactive"],
        "inactiveBecause": [None, "disabled"],
    }


def test_differences_of_somebody_new_have_nothing_on_the_old_side() -> None:
    changes = differences(None, after(seen(None)))

    assert {old for old, _ in changes.values()} == {None}
    assert changes["values.name"] == [None, "Ada Lovelace"]


def test_differences_of_somebody_deleted_tell_all_that_went() -> None:
    held = a_recipient()
    changes = differences(held, after(left(held, rules(when_user_leaves_last_group=OnLeaveLast.DELETE))))

    assert changes["deleted"] == [None, True]
    assert changes["values.email"] == ["ada@example.com", None]
    assert changes[f"cards.{GROUP}"] == [[1, "active"], None]
