"""Whether an order may start its run; what it does when it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.domain.eligibility import Circumstances, why_not
from sync_core.domain.errors import SyncRefused
from sync_core.domain.runs import Mode, RunState, manual_run_id
from sync_core.domain.schedule import Cadence
from sync_core.domain.workspaces import ConnectionStatus
from tests.builders import (
    DAILY,
    MIDNIGHT,
    MONDAYS,
    NIGHT,
    TENANT,
    a_connection,
    a_linked_group,
    a_manual_order,
    a_rulebook,
    a_schedule,
    a_sync_order,
    a_workspace,
)

if TYPE_CHECKING:
    from sync_core.domain.orders import SyncOrder

BY_HAND = manual_run_id(MIDNIGHT, request="0a1b")
BUSINESS = a_workspace(plan="business")

USUAL = Circumstances(a_linked_group(), a_workspace(), a_connection(), a_schedule(), a_rulebook())


def ending(order: SyncOrder | None = None, *, started: bool = False, **around: Any) -> tuple[RunState, str] | None:
    found = why_not(order or a_sync_order(), replace(USUAL, **around), now=MIDNIGHT, started=started)
    return None if found is None else (found.state, found.reason.code if found.reason else "")


def test_a_due_order_may_start() -> None:
    assert ending() is None


@pytest.mark.parametrize(
    ("around", "code"),
    [
        ({"schedule": a_schedule(enabled=False)}, "schedule-paused"),
        ({"schedule": a_schedule(deleted=True)}, "schedule-deleted"),
        ({"schedule": None}, "schedule-deleted"),
        ({"schedule": a_schedule(Cadence("weekly", 1))}, "not-due"),
        ({"workspace": a_workspace(plan="free")}, "plan-required"),
        ({"workspace": None}, "plan-required"),
        ({"workspace": BUSINESS}, "daily-needs-enterprise"),
        ({"connection": None}, "not-connected"),
        ({"connection": a_connection(status=ConnectionStatus.PENDING)}, "not-connected"),
        ({"connection": a_connection(status=ConnectionStatus.DISCONNECTED)}, "not-connected"),
        ({"rulebook": a_rulebook(confirmed_at=None)}, "settings-not-confirmed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_may_not_start_is_skipped_with_the_reason(around: dict[str, Any], code: str) -> None:
    assert ending(**around) == (RunState.SKIPPED, code)


@pytest.mark.parametrize("plan", ["business", "enterprise"])
def test_a_weekly_schedule_may_start_on_both_plans(plan: str) -> None:
    assert ending(workspace=a_workspace(plan=plan), schedule=a_schedule(MONDAYS)) is None


def test_a_failed_connection_is_tried() -> None:
    """The first order of each night finds out whether it works again."""
    assert ending(connection=a_connection(status=ConnectionStatus.FAILED)) is None


def test_an_order_that_covers_a_missed_night_is_due_by_that_night() -> None:
    tuesdays = a_schedule(Cadence("weekly", 1))
    covers = (NIGHT - timedelta(days=6), NIGHT)

    assert ending(a_sync_order(covers=covers), schedule=tuesdays) is None


def test_an_order_that_names_no_covered_nights_is_due_by_its_own() -> None:
    assert ending(a_sync_order(covers=()), schedule=a_schedule(MONDAYS)) is None


@pytest.mark.parametrize(
    "schedule", [None, a_schedule(enabled=False), a_schedule(deleted=True), a_schedule(Cadence("weekly", 1))]
)
def test_an_order_by_hand_needs_no_schedule(schedule: Any) -> None:
    assert ending(a_manual_order(BY_HAND), schedule=schedule) is None


@pytest.mark.parametrize("schedule", [a_schedule(DAILY), a_schedule(DAILY, deleted=True)], ids=["daily", "deleted"])
def test_an_order_by_hand_is_no_daily_sync_whatever_the_schedule_says(schedule: Any) -> None:
    assert ending(a_manual_order(BY_HAND), workspace=BUSINESS, schedule=schedule) is None


def test_an_order_by_hand_needs_a_plan_that_syncs() -> None:
    assert ending(a_manual_order(BY_HAND), workspace=a_workspace(plan="free")) == (RunState.SKIPPED, "plan-required")


@pytest.mark.parametrize(
    "schedule", [a_schedule(enabled=False), a_schedule(deleted=True), None, a_schedule(Cadence("weekly", 1))]
)
def test_a_started_run_finishes_whatever_becomes_of_the_schedule(schedule: Any) -> None:
    assert ending(started=True, schedule=schedule) is None


@pytest.mark.parametrize(
    ("around", "code"),
    [
        ({"workspace": a_workspace(plan="free")}, "plan-required"),
        ({"connection": a_connection(status=ConnectionStatus.DISCONNECTED)}, "not-connected"),
    ],
    ids=["plan", "connection"],
)
def test_a_started_run_that_cannot_go_on_fails_with_the_reason(around: dict[str, Any], code: str) -> None:
    assert ending(started=True, **around) == (RunState.FAILED, code)


@pytest.mark.parametrize("started", [True, False])
def test_an_order_that_comes_too_late_fails(started: bool) -> None:
    late = a_sync_order(not_after=MIDNIGHT - timedelta(microseconds=1))

    assert ending(late, started=started) == (RunState.FAILED, "too-late")


def test_an_order_at_its_last_moment_is_not_too_late() -> None:
    assert ending(a_sync_order(not_after=MIDNIGHT)) is None


def test_the_connected_tenant_is_the_one_to_read() -> None:
    assert USUAL.tenant == TENANT


def test_without_a_connection_there_is_no_tenant_to_read() -> None:
    with pytest.raises(SyncRefused) as refused:
        _ = replace(USUAL, connection=None).tenant

    assert refused.value.code == "not-connected"


LEAVING = a_linked_group(unlinking=True, generation=2)
UNLINK = a_manual_order(BY_HAND, mode=Mode.UNLINK, generation=2)


@pytest.mark.parametrize("order", [a_sync_order(), a_manual_order(BY_HAND), a_manual_order(BY_HAND, mode=Mode.UNDO)])
def test_while_a_group_is_unlinked_nothing_starts(order: SyncOrder) -> None:
    assert ending(order, group=LEAVING) == (RunState.SKIPPED, "unlinking")


def test_a_run_that_has_started_makes_way_for_an_unlink() -> None:
    assert ending(group=LEAVING, started=True) == (RunState.CANCELLED, "unlinking")


def test_an_unlink_is_kept_from_its_work_by_nothing_but_another_link() -> None:
    late = a_manual_order(BY_HAND, mode=Mode.UNLINK, generation=2, not_after=MIDNIGHT - timedelta(days=3))

    assert ending(UNLINK, group=LEAVING, workspace=None, connection=None) is None
    assert ending(late, group=LEAVING) is None
    assert ending(late, group=a_linked_group(generation=3)) == (RunState.SKIPPED, "relinked")


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.UNLINK, Mode.UNDO])
def test_an_order_is_for_the_link_that_it_was_asked_for(mode: Mode) -> None:
    order = a_manual_order(BY_HAND, mode=mode, generation=1)

    assert ending(order, group=a_linked_group(generation=1)) is None
    assert ending(order, group=a_linked_group(generation=2)) == (RunState.SKIPPED, "relinked")
    assert ending(order, group=a_linked_group(generation=2), started=True) == (RunState.CANCELLED, "relinked")
