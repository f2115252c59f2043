from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.adapters.tables.names import RUNS
from sync_core.adapters.tables.runs import TableRuns
from sync_core.domain.errors import RowConflict
from sync_core.domain.ids import GroupId
from sync_core.domain.runs import Counts, Phase, Reason, RunState, Trigger, manual_run_id, night_run_id
from tests.builders import GROUP, MIDNIGHT, NIGHT, RUN, WORKSPACE, a_proof, a_run

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.ids import RunId
    from sync_core.ports import TableStore

TABLES = (RUNS,)
DAY = timedelta(days=1)

LAST_NIGHT = night_run_id(NIGHT - DAY, generation=1)
BY_HAND = manual_run_id(MIDNIGHT + timedelta(hours=9), request="q1")


async def test_a_run_is_read_as_it_was_saved(tables: TableStore) -> None:
    runs = TableRuns(tables)
    run = a_run(
        state=RunState.SUCCEEDED_WITH_WARNINGS,
        generation=2,
        phase=Phase.CLOSING,
        counts=Counts(read=1001, added=1, updated=2, removed=3, refused=4, held=5),
        proof=a_proof(counted=None, complete=False, readings=2),
        reason=Reason("not-proved", "Entra counts more people than it showed."),
        queued_at=MIDNIGHT,
        started_at=MIDNIGHT + timedelta(seconds=1.5),
        heartbeat=MIDNIGHT + timedelta(seconds=2),
        ended_at=MIDNIGHT + timedelta(seconds=3),
        cancel_asked_at=MIDNIGHT + timedelta(seconds=2.5),
    )
    etag = await runs.save(WORKSPACE, GROUP, run, etag=None)

    found = await runs.run(WORKSPACE, GROUP, RUN)

    assert found is not None
    assert (found.value, found.etag) == (run, etag)


async def test_a_reopened_run_forgets_how_it_ended(tables: TableStore) -> None:
    runs = TableRuns(tables)
    failed = a_run().ended(RunState.FAILED, at=MIDNIGHT, reason=Reason("group-gone", "The group is gone."))
    etag = await runs.save(WORKSPACE, GROUP, failed, etag=None)
    await runs.save(WORKSPACE, GROUP, a_run(), etag=etag)

    found = await runs.run(WORKSPACE, GROUP, RUN)

    assert found is not None
    assert found.value == a_run()


async def test_one_run_is_made_once(tables: TableStore) -> None:
    runs = TableRuns(tables)
    await runs.save(WORKSPACE, GROUP, a_run(), etag=None)

    with pytest.raises(RowConflict):
        await runs.save(WORKSPACE, GROUP, a_run(attempt="a2"), etag=None)


async def test_a_delivery_that_was_overtaken_cannot_save_its_run(tables: TableStore) -> None:
    runs = TableRuns(tables)
    etag = await runs.save(WORKSPACE, GROUP, a_run(), etag=None)
    await runs.save(WORKSPACE, GROUP, a_run(attempt="a2"), etag=etag)

    with pytest.raises(RowConflict):
        await runs.save(WORKSPACE, GROUP, a_run(state=RunState.SUCCEEDED), etag=etag)


async def test_runs_come_newest_first_whatever_started_them(tables: TableStore) -> None:
    runs = TableRuns(tables)
    for run in (a_run(), a_run(id=BY_HAND, trigger=Trigger.MANUAL, night=None), a_run(id=LAST_NIGHT)):
        await runs.save(WORKSPACE, GROUP, run, etag=None)
    await runs.save(WORKSPACE, GroupId("other"), a_run(), etag=None)

    assert [run.id async for run in runs.newest_first(WORKSPACE, GROUP)] == [BY_HAND, RUN, LAST_NIGHT]
    assert [run.id async for run in runs.newest_first(WORKSPACE, GROUP, after=RUN)] == [LAST_NIGHT]


async def test_the_runs_since_a_moment_are_those_that_were_due_or_asked_for_after_it(tables: TableStore) -> None:
    runs = TableRuns(tables)
    for run in (a_run(), a_run(id=BY_HAND, trigger=Trigger.MANUAL, night=None), a_run(id=LAST_NIGHT)):
        await runs.save(WORKSPACE, GROUP, run, etag=None)

    async def since(moment: datetime) -> list[RunId]:
        return [run.id async for run in runs.since(WORKSPACE, GROUP, moment)]

    assert await since(MIDNIGHT - DAY - DAY) == [BY_HAND, RUN, LAST_NIGHT]
    assert await since(MIDNIGHT - timedelta(seconds=1)) == [BY_HAND, RUN]
    assert await since(MIDNIGHT + timedelta(hours=10)) == []
