"""What changes something beside poison: a night that is enqueued, schedules that are paused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.ids import GroupId
from sync_core.domain.nights import Night
from sync_core.domain.schedule import midnight_of
from sync_core.ports import value_of
from tests.fakes.world import WORKSPACE
from tests.ops.site import TONIGHT

if TYPE_CHECKING:
    from tests.ops.site import Site

DAY = timedelta(days=1)


async def is_on(site: Site, group: str) -> bool:
    schedule = value_of(await site.services.schedules.schedule(WORKSPACE, GroupId(group)))
    assert schedule is not None
    return schedule.is_on


async def test_a_night_that_was_missed_is_enqueued_with_those_before(site: Site) -> None:
    last = TONIGHT - 3 * DAY
    done = Night(last, (last,), midnight_of(last), completed_at=midnight_of(last))
    await site.services.nights.save(done, etag=None)

    told = await site.json("night", "enqueue", "2026-11-23")
    await site.work_off()

    assert told == {
        "night": "2026-11-23",
        "covers": ["2026-11-21", "2026-11-22", "2026-11-23"],
        "orders": 2,
        "dryRun": False,
    }
    assert await site.states() == ["succeeded", "succeeded"]


async def test_enqueued_again_nothing_is_sent(site: Site) -> None:
    await site.night()

    told, said = await site.json("night", "enqueue", "2026-11-23"), await site.ops("night", "enqueue", "2026-11-23")

    assert told["orders"] == 0
    assert said.out == ("The night 2026-11-23 was enqueued at 2026-11-23 00:30:00 UTC: nothing was left to send.\n")
    assert await site.orders() == 0


async def test_a_dry_run_says_how_many_orders_and_sends_none(site: Site) -> None:
    told = await site.json("night", "enqueue", "2026-11-23", "--dry-run")

    assert (told["orders"], told["dryRun"]) == (2, True)
    assert await site.orders() == 0
    assert await site.services.nights.night(TONIGHT) is None
    assert (await site.ops("night", "enqueue", "2026-11-23")).out == "Sent 2 orders for the night 2026-11-23.\n"


@pytest.mark.parametrize(
    ("date", "sentence"),
    [
        (
            "2026-11-22",
            "The night 2026-11-22 is over: `night enqueue 2026-11-23` covers all that were missed, once a group.",
        ),
        ("2026-11-24", "The night 2026-11-24 has not come: tonight is 2026-11-23."),
    ],
)
async def test_no_other_night_than_tonight_is_enqueued(site: Site, date: str, sentence: str) -> None:
    said = await site.ops("night", "enqueue", date)

    assert (said.status, said.err) == (2, f"{sentence}\n")
    assert await site.orders() == 0


async def test_all_schedules_of_a_workspace_are_paused(site: Site) -> None:
    told = await site.json("schedule", "pause", "--workspace", "acme")

    assert [(one["groupId"], one["refused"]) for one in told["schedules"]] == [("g1", None), ("g2", None)]
    assert not await is_on(site, "g1")
    assert not await is_on(site, "g2")
    assert (await site.ops("schedule", "pause", "--workspace", "acme")).out == "No schedule is on.\n"


async def test_the_schedule_of_one_group_is_paused(site: Site) -> None:
    said = await site.ops("schedule", "pause", "--workspace", "acme", "--group", "g2")

    assert said.out.endswith("1 schedule paused.\n")
    assert await is_on(site, "g1")
    assert not await is_on(site, "g2")


async def test_a_rehearsed_pause_pauses_nothing(site: Site) -> None:
    said = await site.ops("schedule", "pause", "--workspace", "acme", "--dry-run")

    assert said.out.endswith("2 schedules would be paused. Nothing was changed.\n")
    assert await is_on(site, "g1")


async def test_a_schedule_that_cannot_be_paused_is_told_and_the_others_are(site: Site) -> None:
    group = value_of(await site.services.groups.group(WORKSPACE, GroupId("g1")))
    assert group is not None
    await site.services.groups.mark_unlinking(WORKSPACE, group)

    said = await site.ops("schedule", "pause", "--workspace", "acme")

    assert said.status == 1
    assert "The group is being unlinked from Entra ID." in said.out
    assert not await is_on(site, "g2")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--workspace", "beta"), "There is no workspace 'beta'."),
        (("--workspace", "acme", "--group", "g9"), "The workspace 'acme' has no group 'g9'."),
    ],
)
async def test_what_is_not_there_cannot_be_paused(site: Site, arguments: tuple[str, ...], sentence: str) -> None:
    said = await site.ops("schedule", "pause", *arguments)

    assert (said.status, said.err) == (2, f"{sentence}\n")
