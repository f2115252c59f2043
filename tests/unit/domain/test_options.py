from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.options import (
    OnDisabled,
    OnLeave,
    OnLeaveLast,
    OptionProblem,
    RemovalGuard,
    SyncOptions,
    options_from_json,
    options_to_json,
)

_DEFAULTS: dict[str, Any] = {
    "importNewUsers": True,
    "includeGuests": False,
    "includeNestedGroups": False,
    "whenUserLeavesGroup": "removeFromGroup",
    "whenUserLeavesLastGroup": "deactivate",
    "whenUserDisabled": "deactivate",
    "updateGroupDetails": True,
    "updateCards": True,
    "removalGuard": {"enabled": True, "percent": 20, "minimum": 5, "maximum": 500},
}

guards = st.builds(RemovalGuard, st.booleans(), st.integers(0, 100), *(st.integers(0, 1_000_000) for _ in range(2)))
options = st.builds(
    SyncOptions,
    import_new_users=st.booleans(),
    include_guests=st.booleans(),
    include_nested_groups=st.booleans(),
    when_user_leaves_group=st.sampled_from(OnLeave),
    when_user_leaves_last_group=st.sampled_from(OnLeaveLast),
    when_user_disabled=st.sampled_from(OnDisabled),
    update_group_details=st.booleans(),
    update_cards=st.booleans(),
    removal_guard=guards,
)


def test_the_defaults_are_the_documented_ones() -> None:
    assert options_to_json(SyncOptions()) == _DEFAULTS


def test_what_is_absent_has_its_default() -> None:
    assert options_from_json({}) == SyncOptions()


@given(options)
def test_options_are_read_as_they_are_written(written: SyncOptions) -> None:
    assert options_from_json(options_to_json(written)) == written


def test_the_guard_can_be_switched_off_with_one_word() -> None:
    assert options_from_json({"removalGuard": False}).removal_guard == RemovalGuard(enabled=False)


def test_a_part_of_the_guard_leaves_the_rest_at_its_default() -> None:
    assert options_from_json({"removalGuard": {"percent": 50}}).removal_guard == RemovalGuard(percent=50)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"import_new_users": True}, "import_new_users"),
        ({"importNewUser": True}, "importNewUser"),
        ({"importNewUsers": "true"}, "importNewUsers"),
        ({"importNewUsers": 1}, "importNewUsers"),
        ({"updateCards": None}, "updateCards"),
        ({"whenUserLeavesGroup": "delete"}, "whenUserLeavesGroup"),
        ({"whenUserLeavesLastGroup": "removeFromGroup"}, "whenUserLeavesLastGroup"),
        ({"whenUserDisabled": True}, "whenUserDisabled"),
        ({"whenUserDisabled": ["keep"]}, "whenUserDisabled"),
        ({"removalGuard": 20}, "removalGuard"),
        ({"removalGuard": None}, "removalGuard"),
        ({"removalGuard": {"enabled": 1}}, "removalGuard.enabled"),
        ({"removalGuard": {"percent": -1}}, "removalGuard.percent"),
        ({"removalGuard": {"percent": 20.5}}, "removalGuard.percent"),
        ({"removalGuard": {"percent": 101}}, "removalGuard.percent"),
        ({"removalGuard": {"maximum": 1_000_001}}, "removalGuard.maximum"),
        ({"removalGuard": {"minimum": True}}, "removalGuard.minimum"),
        ({"removalGuard": {"maximum": "500"}}, "removalGuard.maximum"),
        ({"removalGuard": {"max": 500}}, "removalGuard.max"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_with_its_place(document: dict[str, Any], place: str) -> None:
    with pytest.raises(OptionProblem) as problem:
        options_from_json(document)

    assert problem.value.place == place
