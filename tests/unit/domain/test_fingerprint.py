from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.field_settings import CustomField, FieldSettings, Switches
from sync_core.domain.fingerprint import fingerprint_of, rules_fingerprint
from sync_core.domain.options import OnDisabled, OnLeave, OnLeaveLast, RemovalGuard, SyncOptions
from tests.builders import an_entra_user

RULES = rules_fingerprint(SyncOptions(), FieldSettings())

values = st.dictionaries(st.sampled_from(["email", "name", "jobTitle", "city"]), st.text(max_size=3))


def test_a_user_who_is_the_same_has_the_same_mark() -> None:
    shuffled = dict(reversed(list(an_entra_user().values.items())))

    assert fingerprint_of(an_entra_user(values=shuffled), RULES) == fingerprint_of(an_entra_user(), RULES)


@pytest.mark.parametrize(
    "changes",
    [{"enabled": False}, {"enabled": None}, {"guest": True}, {"values": {}}],
    ids=str,
)
def test_a_user_who_changed_has_another_mark(changes: dict[str, Any]) -> None:
    assert fingerprint_of(an_entra_user(**changes), RULES) != fingerprint_of(an_entra_user(), RULES)


@given(values, values)
def test_different_values_have_different_marks(one: dict[str, str], other: dict[str, str]) -> None:
    marks = {fingerprint_of(an_entra_user(values=some), RULES) for some in (one, other)}

    assert (len(marks) == 1) == (one == other)


def test_a_lone_surrogate_has_a_mark() -> None:
    assert fingerprint_of(an_entra_user(values={"name": "\ud800"}), RULES)


@pytest.mark.parametrize(
    "options",
    [
        SyncOptions(import_new_users=False),
        SyncOptions(include_guests=True),
        SyncOptions(include_nested_groups=True),
        SyncOptions(when_user_leaves_group=OnLeave.KEEP),
        SyncOptions(when_user_leaves_last_group=OnLeaveLast.DELETE),
        SyncOptions(when_user_disabled=OnDisabled.KEEP),
        SyncOptions(update_group_details=False),
        SyncOptions(update_cards=False),
    ],
    ids=str,
)
def test_another_option_applies_everybody_again(options: SyncOptions) -> None:
    assert rules_fingerprint(options, FieldSettings()) != RULES


@pytest.mark.parametrize(
    "settings",
    [
        FieldSettings(fields={"jobTitle": Switches(sync=False)}),
        FieldSettings(fields={"jobTitle": Switches(overwrite=False)}),
        FieldSettings(custom={1: CustomField("costCenter")}),
    ],
    ids=str,
)
def test_another_field_setting_applies_everybody_again(settings: FieldSettings) -> None:
    assert rules_fingerprint(SyncOptions(), settings) != RULES


def test_another_name_for_a_custom_field_applies_everybody_again() -> None:
    marks = {
        rules_fingerprint(SyncOptions(), FieldSettings(custom={1: CustomField(name)})) for name in ("one", "other")
    }

    assert len(marks) == 2


def test_another_guard_applies_nobody_again() -> None:
    """It decides whether people go, not what the others look like."""
    assert rules_fingerprint(SyncOptions(removal_guard=RemovalGuard(enabled=False)), FieldSettings()) == RULES


def test_the_mark_of_a_user_depends_on_the_rules() -> None:
    others = rules_fingerprint(SyncOptions(update_cards=False), FieldSettings())

    assert fingerprint_of(an_entra_user(), others) != fingerprint_of(an_entra_user(), RULES)
