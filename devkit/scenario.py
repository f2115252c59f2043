"""A story on the real local stack: join, leave, rename, disable, hold, approve, undo.

Each act changes the simulated tenant or asks the product for something, waits for the run, and tells what it did,
person by person, as the run's own journal says. The exit status is 0 only if every run ended as the story has it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from devkit.cast import Cast, the_cast
from devkit.console import Progress, console
from devkit.data_folder import DEFAULT_FOLDER, claimed
from devkit.demo_workspace import WORKSPACE, all_daily, link_and_schedule, set_up_workspace
from devkit.journal_lines import journal_lines
from devkit.nights import live_through, offset_to, until_over
from devkit.stack import Ports, Stack
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from devkit.tenants.mutations import mutation_from_json
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import RunState, night_run_id
from sync_core.flows.decide_removals import decide_removals
from sync_core.flows.undo_run import order_undo

if TYPE_CHECKING:
    import argparse
    from typing import Any

    from rich.console import Console

    from devkit.stack import Insight
    from sync_core.domain.ids import RunId
    from sync_core.domain.runs import Run


async def scenario(given: argparse.Namespace) -> int:
    """Play the story; return 0 only if it went as told."""
    out = console()
    with claimed(given.data or DEFAULT_FOLDER / "scenario", kind="scenario", afresh=True) as folder:
        ports = Ports(given.port, given.storage_port, given.entra_port)
        async with Stack(folder, ports, tell=Progress(out).step) as stack:
            good = await _Story(stack, out, the_cast()).play()
    out.print("The story went as told." if good else "The story did not go as told.", style="bold")
    return 0 if good else 1


class _Story:
    """Plays the acts in order and remembers whether each ended as told."""

    def __init__(self, stack: Stack, out: Console, cast: Cast) -> None:
        self._stack = stack
        self._out = out
        self._cast = cast
        self._group = GroupId(cast.group["id"])
        self._night = datetime.now(UTC).date() - timedelta(days=2)
        self._good = True

    async def play(self) -> bool:
        cast, stack = self._cast, self._stack
        await stack.load_tenant(DEMO_TENANT_ID, cast.tenant)
        await self._night_of(RunState.SUCCEEDED, "The first night: everybody of the group comes in.")
        await self._in_entra(cast.a_day_at_the_office())
        await self._night_of(RunState.SUCCEEDED, "One joined, one left, one married, one was disabled.")
        await self._in_entra(cast.many_leave())
        await self._night_of(
            RunState.HELD, f"{len(cast.leave_at_once)} people are gone at once: the removal guard holds them."
        )
        return self._good

    async def _in_entra(self, changes: list[dict[str, Any]]) -> None:
        mutations = [mutation_from_json({"night": 1, **change}, place="the story") for change in changes]
        await self._stack.control.apply(DEMO_TENANT_ID, mutations)

    async def _night_of(self, expected: RunState, title: str) -> None:
        offset = offset_to(self._night)
        await self._stack.start_host(clock_offset=offset)
        async with self._stack.insight(clock_offset=offset) as insight:
            await set_up_workspace(insight.services, tenant=DEMO_TENANT_ID)
            await link_and_schedule(insight.services, all_daily([self._cast.group]))
            await live_through(self._stack, insight, self._night)
            run = await self._told(insight, night_run_id(self._night, generation=1), expected, title)
            if expected is RunState.HELD:
                await self._decide_and_undo(insight, run)
        await self._stack.stop_host()
        self._night += timedelta(days=1)

    async def _decide_and_undo(self, insight: Insight, held: Run) -> None:
        hold = await insight.services.holds.hold(WORKSPACE, self._group, held.id)
        if hold is None:
            self._good = False
            return
        people = insight.services.holds.people(WORKSPACE, self._group, held.id, attempt=hold.value.attempt)
        waiting = [one.recipient async for one in people]
        decision = await decide_removals(
            insight.services,
            WORKSPACE,
            self._group,
            held.id,
            digest=hold.value.digest,
            approve="all",
            reject={waiting[0]},
            by="the story",
        )
        title = f"Somebody looks at the list and approves {len(waiting) - 1} of {len(waiting)}; one stays."
        decided = await self._told(insight, decision.id, RunState.SUCCEEDED, title)
        undo = await order_undo(insight.services, WORKSPACE, self._group, decided.id)
        await self._told(insight, undo.id, RunState.SUCCEEDED, "That was a mistake: the run is undone.")

    async def _told(self, insight: Insight, run_id: RunId, expected: RunState, title: str) -> Run:
        """Wait for the run, print what it did, and note whether it ended as expected."""
        run = await until_over(insight, self._group, run_id)
        counts = run.counts
        colour = "green" if run.state is expected else "red"
        self._out.print(title, style="bold", markup=False)
        self._out.print(
            f"  {run.state}: {counts.read} read, {counts.added} added, {counts.updated} updated, "
            f"{counts.removed} removed, {counts.held} held",
            style=colour,
            markup=False,
        )
        if run.reason is not None:
            self._out.print(f"  {run.reason.text}", style="yellow", markup=False)
        async for line in journal_lines(insight.services, WORKSPACE, self._group, run.id):
            self._out.print(f"    {line}", markup=False)
        self._out.print()
        self._good &= run.state is expected
        return run
