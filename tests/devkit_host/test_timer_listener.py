"""When a timer fires, and what it leaves for the next start."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.devkit_host.clock import START, Clock

if TYPE_CHECKING:
    from tests.devkit_host.samples import Workbench

DAY = timedelta(days=1)
MIDNIGHT = datetime(2026, 1, 2, tzinfo=UTC)
NIGHT = """
@app.timer_trigger(arg_name="timer", schedule="{schedule}"{more})
async def night(timer: func.TimerRequest) -> None:
    seen.put_nowait(timer)
"""


def write_night(bench: Workbench, *, schedule: str = "0 0 0 * * *", more: str = "") -> None:
    bench.write(NIGHT.format(schedule=schedule, more=more))


def status(bench: Workbench) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((bench.root / "data" / "timers" / "night.json").read_text())
    return loaded


async def start_once(bench: Workbench, clock: Clock) -> None:
    async with bench.running(now=clock.now, sleep=clock.sleep):
        await clock.someone_sleeps()


async def test_the_first_start_notes_when_it_is_due_and_does_not_fire(bench: Workbench) -> None:
    clock = Clock()
    write_night(bench)

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        await clock.someone_sleeps()

        assert hosted.module.seen.empty()
    assert status(bench) == {
        "Last": "0001-01-01T00:00:00+00:00",
        "Next": MIDNIGHT.isoformat(),
        "LastUpdated": START.isoformat(),
    }


async def test_it_fires_when_its_time_comes(bench: Workbench) -> None:
    clock = Clock(MIDNIGHT - timedelta(seconds=30))
    write_night(bench)

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        await clock.pass_by(timedelta(seconds=30))
        timer = await hosted.next_seen()
        await clock.someone_sleeps()

    assert not timer.past_due
    assert timer.schedule_status["Next"] == MIDNIGHT.isoformat()
    assert status(bench)["Last"] == MIDNIGHT.isoformat()
    assert status(bench)["Next"] == (MIDNIGHT + DAY).isoformat()


async def test_missed_nights_are_caught_up_by_one_firing(bench: Workbench) -> None:
    write_night(bench)
    await start_once(bench, Clock())
    clock = Clock(START + 3 * DAY)

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        timer = await hosted.next_seen()
        await clock.someone_sleeps()

        assert hosted.module.seen.empty()
    assert timer.past_due
    assert status(bench)["Next"] == (MIDNIGHT + 3 * DAY).isoformat()


async def test_a_changed_schedule_is_not_past_due(bench: Workbench) -> None:
    write_night(bench)
    await start_once(bench, Clock())
    write_night(bench, schedule="0 0 6 * * *")
    clock = Clock(START + 3 * DAY)

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        await clock.someone_sleeps()

        assert hosted.module.seen.empty()
    assert status(bench)["Next"] == datetime(2026, 1, 5, 6, tzinfo=UTC).isoformat()


async def test_a_changed_schedule_is_past_due_once_its_own_time_is_missed(bench: Workbench) -> None:
    write_night(bench)
    await start_once(bench, Clock())
    write_night(bench, schedule="0 0 6 * * *")
    await start_once(bench, Clock(START + 3 * DAY))
    clock = Clock(START + 5 * DAY)

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        timer = await hosted.next_seen()

    assert timer.past_due


async def test_run_on_startup_fires_at_once(bench: Workbench) -> None:
    clock = Clock()
    write_night(bench, more=", run_on_startup=True")

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        timer = await hosted.next_seen()

    assert not timer.past_due


async def test_a_past_due_timer_does_not_fire_again_for_the_start(bench: Workbench) -> None:
    write_night(bench, more=", run_on_startup=True")
    await start_once(bench, Clock())
    clock = Clock(START + DAY)

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        timer = await hosted.next_seen()
        await clock.someone_sleeps()

        assert hosted.module.seen.empty()
    assert timer.past_due


async def test_a_failure_moves_the_schedule_on_all_the_same(bench: Workbench) -> None:
    bench.write(NIGHT.format(schedule="0 0 0 * * *", more="") + "    raise RuntimeError('no')\n")
    clock = Clock(MIDNIGHT - timedelta(seconds=30))

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        await clock.pass_by(timedelta(seconds=30))
        await hosted.next_seen()
        await clock.someone_sleeps()

        assert hosted.module.seen.empty()
    assert status(bench)["Next"] == (MIDNIGHT + DAY).isoformat()


async def test_a_run_longer_than_its_period_is_followed_by_one_run_at_once(bench: Workbench) -> None:
    bench.write(
        """
        gate = asyncio.Semaphore(0)
        @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
        async def minutely(timer: func.TimerRequest) -> None:
            seen.put_nowait("began")
            await gate.acquire()
            seen.put_nowait("ended")
        """
    )
    clock = Clock()

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        await clock.pass_by(timedelta(minutes=1))
        assert await hosted.next_seen() == "began"
        await clock.advance(timedelta(minutes=3, seconds=30))
        hosted.module.gate.release()
        assert [await hosted.next_seen() for _ in range(2)] == ["ended", "began"]
        hosted.module.gate.release()
        assert await hosted.next_seen() == "ended"
        await clock.someone_sleeps()

        assert hosted.module.seen.empty()


@pytest.mark.parametrize(("schedule", "more"), [("0 * * * * *", ", use_monitor=False"), ("*/10 * * * * *", "")])
async def test_without_monitor_nothing_is_kept(bench: Workbench, schedule: str, more: str) -> None:
    write_night(bench, schedule=schedule, more=more)
    clock = Clock()

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        await clock.pass_by(timedelta(minutes=1))
        timer = await hosted.next_seen()

    assert timer.schedule_status == {}
    assert not (bench.root / "data").exists()


async def test_a_fixed_delay_policy_tries_again_so_often_and_no_more(bench: Workbench) -> None:
    bench.write(
        """
        @app.timer_trigger(arg_name="timer", schedule="0 0 0 * * *", run_on_startup=True)
        @app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:10")
        async def night(timer: func.TimerRequest, context: func.Context) -> None:
            retry = context.retry_context
            seen.put_nowait((retry.retry_count, retry.exception and retry.exception.message))
            raise RuntimeError(f"attempt {retry.retry_count}")
        """
    )
    clock = Clock()

    async with bench.running(now=clock.now, sleep=clock.sleep) as hosted:
        attempts = []
        for _ in range(3):
            attempts.append(await hosted.next_seen())
            await clock.someone_sleeps()
            await clock.advance(timedelta(seconds=10))

        assert attempts == [(0, None), (1, "attempt 0"), (2, "attempt 1")]
        assert hosted.module.seen.empty()


async def test_the_schedule_comes_from_a_setting(bench: Workbench) -> None:
    bench.environ["SYNC_SCHEDULE"] = "0 0 6 * * *"
    write_night(bench, schedule="%SYNC_SCHEDULE%")
    await start_once(bench, Clock())

    assert status(bench)["Next"] == datetime(2026, 1, 2, 6, tzinfo=UTC).isoformat()


async def test_an_unreadable_status_counts_as_none(bench: Workbench) -> None:
    write_night(bench)
    await start_once(bench, Clock())
    (bench.root / "data" / "timers" / "night.json").write_text("{")
    await start_once(bench, Clock(START + 3 * DAY))

    assert status(bench)["Next"] == (MIDNIGHT + 3 * DAY).isoformat()


async def test_a_disabled_timer_is_not_listened_to(bench: Workbench) -> None:
    bench.environ["AzureWebJobs.night.Disabled"] = "true"
    write_night(bench, more=", run_on_startup=True")

    async with bench.running() as hosted:
        assert (await hosted.http.get("/admin/functions/night")).json()["isDisabled"]

    assert not (bench.root / "data").exists()
