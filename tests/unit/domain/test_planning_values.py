"""What becomes of a person's values: *Sync*, *Overwrite*, edits made here, and reads that come too late."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.domain.email import MALFORMED, MISSING, TAKEN
from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.planning import ChangeKind
from tests.builders import ENTRA_USER, MIDNIGHT, a_recipient, entra_user_id
from tests.unit.domain.planned import KEPT_ONCE, NOT_SYNCED, TONIGHT, after, left, rules, seen, with_values

ADDRESS = {"streetAddress": "Elm St 1", "city": "Ulm", "postalCode": "89073", "country": "DE"}


def test_somebody_new_is_added_with_everything_that_is_synced() -> None:
    plan = seen(None, user=with_values(**ADDRESS))

    assert plan.change is not None
    assert plan.change.kind is ChangeKind.ADDED
    assert plan.change.before is None
    assert after(plan).values == with_values(**ADDRESS).values
    assert after(plan).entra_id == ENTRA_USER
    assert after(plan).read_at == TONIGHT


def test_nothing_is_planned_for_somebody_who_is_as_entra_says() -> None:
    plan = seen(a_recipient())

    assert plan.change is None
    assert plan.warning == ""
    assert not plan.outdated


def test_a_value_that_changed_in_entra_changes_here() -> None:
    plan = seen(a_recipient(), user=with_values(jobTitle="Engineer"))

    assert plan.change is not None
    assert plan.change.kind is ChangeKind.UPDATED
    assert after(plan).values["jobTitle"] == "Engineer"


def test_a_value_that_is_new_in_entra_appears_here() -> None:
    assert after(seen(a_recipient(), user=with_values(department="Math"))).values["department"] == "Math"


def test_an_entra_null_clears_a_field_with_overwrite_on() -> None:
    assert "jobTitle" not in after(seen(a_recipient(), user=with_values(jobTitle=None))).values


def test_overwrite_replaces_even_what_a_person_edited_here() -> None:
    held = a_recipient(values={**a_recipient().values, "jobTitle": "Poet"}, edited=frozenset({"jobTitle"}))

    assert after(seen(held)).values["jobTitle"] == "Analyst"


def test_without_overwrite_a_stored_value_is_kept() -> None:
    assert seen(a_recipient(), rules(KEPT_ONCE), user=with_values(jobTitle="Engineer")).change is None


def test_without_overwrite_an_entra_null_clears_nothing() -> None:
    assert seen(a_recipient(), rules(KEPT_ONCE), user=with_values(jobTitle=None)).change is None


def test_without_overwrite_an_empty_field_is_filled() -> None:
    held = a_recipient(values=with_values(jobTitle=None).values)

    assert after(seen(held, rules(KEPT_ONCE))).values["jobTitle"] == "Analyst"


def test_without_overwrite_a_field_that_a_person_emptied_stays_empty() -> None:
    held = a_recipient(values=with_values(jobTitle=None).values, edited=frozenset({"jobTitle"}))

    assert seen(held, rules(KEPT_ONCE)).change is None


def test_without_overwrite_somebody_new_gets_the_value_once() -> None:
    assert after(seen(None, rules(KEPT_ONCE))).values["jobTitle"] == "Analyst"


def test_a_field_that_is_not_synced_is_not_imported() -> None:
    assert "jobTitle" not in after(seen(None, rules(NOT_SYNCED))).values


def test_a_field_that_is_not_synced_any_more_keeps_its_value() -> None:
    assert seen(a_recipient(), rules(NOT_SYNCED), user=with_values(jobTitle=None)).change is None


def test_one_switch_covers_all_parts_of_the_address() -> None:
    settings = FieldSettings(fields={"address": Switches(sync=False)})

    assert after(seen(None, rules(settings), user=with_values(**ADDRESS))).values == with_values().values


def test_an_extension_attribute_arrives_under_the_name_it_is_mapped_to() -> None:
    settings = FieldSettings(custom={7: CustomField("costCenter")})
    planned = after(seen(None, rules(settings), user=with_values(extensionAttribute7="4711")))

    assert planned.values["costCenter"] == "4711"
    assert "extensionAttribute7" not in planned.values


def test_an_extension_attribute_that_is_not_mapped_is_not_imported() -> None:
    assert after(seen(None, user=with_values(extensionAttribute7="4711"))).values == with_values().values


def test_a_custom_field_has_its_own_overwrite_switch() -> None:
    settings = FieldSettings(custom={7: CustomField("costCenter", Switches(overwrite=False))})
    held = a_recipient(values={**a_recipient().values, "costCenter": "1"})

    assert seen(held, rules(settings), user=with_values(extensionAttribute7="2")).change is None


def test_a_custom_field_can_be_mapped_and_not_synced() -> None:
    settings = FieldSettings(custom={7: CustomField("costCenter", Switches(sync=False))})

    assert "costCenter" not in after(seen(None, rules(settings), user=with_values(extensionAttribute7="2"))).values


def test_the_email_address_follows_entra() -> None:
    assert after(seen(a_recipient(), user=with_values(email="ada@new.example"))).values["email"] == "ada@new.example"


@pytest.mark.parametrize(("address", "problem"), [(None, MISSING), ("not an address", MALFORMED)])
def test_nobody_new_is_taken_in_without_a_usable_address(address: str | None, problem: str) -> None:
    plan = seen(None, user=with_values(email=address))

    assert plan.change is None
    assert plan.warning == problem


def test_nobody_new_is_taken_in_with_the_address_of_somebody_else() -> None:
    plan = seen(None, email_problem=TAKEN)

    assert plan.change is None
    assert plan.warning == TAKEN


@pytest.mark.parametrize(("address", "problem"), [(None, MISSING), ("nobody", MALFORMED)])
def test_somebody_known_keeps_the_old_address_and_follows_with_the_rest(address: str | None, problem: str) -> None:
    plan = seen(a_recipient(), user=with_values(email=address, jobTitle="Engineer"))

    assert plan.warning == problem
    assert after(plan).values == with_values(jobTitle="Engineer").values


def test_an_address_of_somebody_else_is_not_taken_over() -> None:
    plan = seen(a_recipient(), user=with_values(email="taken@example.com", jobTitle="Engineer"), email_problem=TAKEN)

    assert plan.warning == TAKEN
    assert after(plan).values == with_values(jobTitle="Engineer").values


def test_values_of_an_earlier_read_are_dropped() -> None:
    """An ETag orders writes, not reads: a run that read first may well write last."""
    held = a_recipient(read_at=TONIGHT + timedelta(minutes=1))
    plan = seen(held, user=with_values(jobTitle="Yesterday's"))

    assert plan.outdated
    assert plan.change is None


def test_values_of_the_same_moment_are_not_dropped() -> None:
    plan = seen(a_recipient(read_at=TONIGHT), user=with_values(jobTitle="Engineer"))

    assert not plan.outdated
    assert after(plan).values["jobTitle"] == "Engineer"


def test_a_joiner_whose_values_were_read_later_elsewhere_joins_with_those() -> None:
    later = TONIGHT + timedelta(minutes=1)
    plan = seen(a_recipient(cards={}, read_at=later), user=with_values(jobTitle="Yesterday's"))

    assert plan.outdated
    assert plan.change is not None
    assert plan.change.kind is ChangeKind.ADDED
    assert after(plan).values["jobTitle"] == "Analyst"
    assert after(plan).read_at == later
    assert set(after(plan).cards) == {rules().group}


def test_a_problem_with_an_outdated_address_is_no_news() -> None:
    held = a_recipient(read_at=TONIGHT + timedelta(minutes=1))

    assert seen(held, user=with_values(email=None)).warning == ""


def test_a_recipient_made_by_hand_becomes_the_entra_users() -> None:
    plan = seen(a_recipient(entra_id=None, cards={}, read_at=None, enabled_in_entra=None))

    assert after(plan).entra_id == ENTRA_USER
    assert plan.change is not None
    assert plan.change.kind is ChangeKind.ADDED


def test_somebody_deleted_here_comes_back_with_nothing_but_what_entra_says() -> None:
    tombstone = a_recipient(values={}, cards={}, deleted=True, edited=frozenset({"jobTitle"}), revision=7)
    plan = seen(tombstone, rules(KEPT_ONCE))

    assert plan.change is not None
    assert plan.change.kind is ChangeKind.ADDED
    assert not after(plan).deleted
    assert after(plan).values == with_values().values


def test_what_somebody_deleted_went_through_stays_known() -> None:
    """The journal of their runs answers "why gone?" also after they came back."""
    tombstone = a_recipient(values={}, cards={}, deleted=True, revision=7, runs=("sales/1/a-1", "sales/2/a-1"))

    assert after(seen(tombstone)).runs == tombstone.runs
    assert after(seen(tombstone)).revision == 7


def test_somebody_deleted_comes_back_only_with_a_usable_address() -> None:
    plan = seen(a_recipient(values={}, cards={}, deleted=True), user=with_values(email=None))

    assert plan.change is None
    assert plan.warning == MISSING


def test_what_entra_does_not_say_about_the_account_stays_as_it_was() -> None:
    user = with_values(jobTitle="Engineer")
    silent = type(user)(user.id, user.values, enabled=None)

    assert after(seen(a_recipient(enabled_in_entra=False, cards={}), user=silent)).enabled_in_entra is False


def test_leaving_one_group_changes_no_values() -> None:
    assert after(left(a_recipient())).values == a_recipient().values


def test_the_read_time_alone_is_no_change() -> None:
    assert seen(a_recipient(read_at=MIDNIGHT - timedelta(days=300))).change is None


def test_the_entra_id_is_that_of_the_user_who_was_seen() -> None:
    other = with_values()
    user = type(other)(entra_user_id(9), other.values)

    assert after(seen(a_recipient(entra_id=None), user=user)).entra_id == entra_user_id(9)


def test_overwriting_forgets_that_a_person_had_edited_the_field() -> None:
    """Nobody emptied it here: with Overwrite switched off later, Entra may fill it again."""
    held = a_recipient(edited=frozenset({"jobTitle", "nickname"}))

    assert after(seen(held, user=with_values(jobTitle=None))).edited == {"nickname"}
