"""A host that is killed in the middle of a sync and started again ends where an undisturbed one does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from devkit.directory_dump import DirectoryDump, dump_directory
from devkit.nights import fire_midnight, look_back, until_done
from tests.e2e.local_stack import MARKS, eventually, local_stack
from tests.e2e.tenants import group, person

if TYPE_CHECKING:
    from pathlib import Path

    from devkit.stack import Insight, Stack

pytestmark = MARKS

#  Three pages of 999; what the first two brought is stored before the third is asked for.
PEOPLE = 2000
USERS = [person(f"u{number:04}") for number in range(PEOPLE)]
GROUPS = [group("everybody", [user["id"] for user in USERS])]
THIRD_PAGE: dict[str, Any] = {"path": "members.*skiptoken", "nth": 2, "delaySeconds": 600}


async def _night(stack: Stack, insight: Insight, *, killed: bool) -> DirectoryDump:
    night = datetime.now(UTC).date()
    await fire_midnight(stack.url)
    if killed:
        await _kill_in_the_middle(stack, insight)
    await until_done(insight, night)
    [one] = (await look_back(stack, insight, night)).groups
    assert one.run is not None
    assert (one.run.state, one.run.counts.read, one.run.counts.added) == ("succeeded", PEOPLE, PEOPLE)
    assert one.run.attempts == (2 if killed else 1)
    return await dump_directory(insight.services)


async def _kill_in_the_middle(stack: Stack, insight: Insight) -> None:
    async def asked_for_the_third_page() -> bool:
        return bool((await stack.control.faults())[0]["befallen"])

    await eventually(asked_for_the_third_page)
    await stack.kill_host()
    await stack.control.clear_faults()
    stored = len((await dump_directory(insight.services)).recipients)
    assert 0 < stored < PEOPLE
    await stack.start_host()


async def test_the_directory_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    async with local_stack(tmp_path / "undisturbed", USERS, GROUPS) as (stack, insight):
        undisturbed = await _night(stack, insight, killed=False)
    async with local_stack(tmp_path / "killed", USERS, GROUPS) as (stack, insight):
        await stack.control.add_fault(THIRD_PAGE)
        killed = await _night(stack, insight, killed=True)

    assert len(undisturbed.groups["everybody"]["members"]) == PEOPLE
    assert killed == undisturbed
