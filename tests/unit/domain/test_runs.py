from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.runs import (
    OPEN_STATES,
    SYNCED_STATES,
    Phase,
    Reason,
    RunState,
    is_run_id,
    manual_run_id,
    night_run_id,
    row_key_of,
    run_id_of,
)
from tests.builders import MIDNIGHT, NIGHT, a_run

times = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (bounds)


def test_a_night_has_one_run_id_per_link_of_the_group() -> None:
    assert night_run_id(NIGHT, generation=1) == "20261123T000000Z-night-1"
    assert night_run_id(NIGHT, generation=2) == "20261123T000000Z-night-2"


def test_a_manual_run_is_named_for_its_time_in_utc_and_its_request() -> None:
    asked = datetime(2026, 11, 23, 14, 30, 5, tzinfo=timezone(timedelta(hours=2)))

    assert manual_run_id(asked, request="0a1b") == "20261123T123005Z-manual-0a1b"


@given(st.dates(date(1000, 1, 1)), st.integers(1, 9999))
def test_what_names_a_night_run_is_a_run_id(night: date, generation: int) -> None:
    assert is_run_id(night_run_id(night, generation=generation))


@given(times)
def test_what_names_a_manual_run_is_a_run_id(asked: datetime) -> None:
    assert is_run_id(manual_run_id(asked, request="0a1b"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261123T000000Z",
        "20261123T000000Z-",
        "20261123-night-1",
        "20261123T000000Z-night|1",
        "20261123T000000Z-night-1\n",
        "20261123T000000Z-" + "x" * 41,
        "20261123T00000OZ-night-1",
    ],
    ids=ascii,
)
def test_anything_else_is_no_run_id(text: str) -> None:
    assert not is_run_id(text)


@given(times, times)
def test_newer_runs_come_first_in_key_order(one: datetime, other: datetime) -> None:
    older, newer = sorted([one, other])
    old, new = (row_key_of(manual_run_id(time, request="x")) for time in (older, newer))

    assert new <= old
    assert (new == old) == (f"{one:%Y%m%d%H%M%S}" == f"{other:%Y%m%d%H%M%S}")


@given(times, st.from_regex(r"[A-Za-z0-9-]{1,33}", fullmatch=True))
def test_a_run_is_found_again_from_its_key(asked: datetime, request: str) -> None:
    run = manual_run_id(asked, request=request)

    assert run_id_of(row_key_of(run)) == run


@pytest.mark.parametrize("state", RunState)
def test_a_run_is_over_unless_it_waits_works_or_retries(state: RunState) -> None:
    is_open = state in {RunState.QUEUED, RunState.RUNNING, RunState.RETRYING}

    assert a_run(state=state).is_over is not is_open
    assert (state in OPEN_STATES) is is_open


def test_only_a_success_counts_as_synced() -> None:
    assert set(SYNCED_STATES) == {RunState.SUCCEEDED, RunState.SUCCEEDED_WITH_WARNINGS}


def test_a_run_that_ended_is_in_no_phase_and_says_when_and_why() -> None:
    end, reason = MIDNIGHT + timedelta(minutes=3), Reason("group-gone", "The group is gone.")
    ended = a_run(phase=Phase.REMOVING).ended(RunState.FAILED, at=end, reason=reason)

    assert (ended.state, ended.phase, ended.ended_at, ended.reason) == (RunState.FAILED, None, end, reason)


def test_the_reason_of_an_earlier_attempt_is_gone_when_a_run_ends_well() -> None:
    ended = a_run(reason=Reason("try-again", "busy")).ended(RunState.SUCCEEDED, at=MIDNIGHT)

    assert ended.reason is None
