"""Workers that share tables, taken through their storage calls in every order that can make a difference."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from sync_core.ports import RowWrite, StoredRow
    from tests.fakes.memory_tables import MemoryTables

    Work = Callable[[], Awaitable[None]]

_worker: ContextVar[str] = ContextVar("worker")

#  So many turns of the loop let a worker that is at one call reach the others that it makes side by side.
_SETTLING = 6


class SteppedTables:
    """A `TableStore` whose calls to *shared* tables wait until they are let through, one at a time.

    Other tables are each worker's own: what is done there makes no difference to the other.
    """

    def __init__(self, tables: MemoryTables, *, shared: frozenset[str]) -> None:
        self.tables = tables
        self._shared = shared
        self._versions: Counter[tuple[str, str, str]] = Counter()
        self.histories: defaultdict[str, int] = defaultdict(int)
        self.waiting: defaultdict[str, list[asyncio.Future[None]]] = defaultdict(list)

    async def get(self, table: str, partition: str, key: str) -> StoredRow | None:
        await self._turn(table)
        row = await self.tables.get(table, partition, key)
        self._remember("get", table, partition, key, [] if row is None else [row])
        return row

    async def query(self, table: str, partition: str, **details: Any) -> AsyncIterator[StoredRow]:
        await self._turn(table)
        rows = [row async for row in self.tables.query(table, partition, **details)]
        self._remember("query", table, partition, "", rows)
        for row in rows:
            yield row

    async def scan(self, table: str, **details: Any) -> AsyncIterator[StoredRow]:
        await self._turn(table)
        rows = [row async for row in self.tables.scan(table, **details)]
        self._remember("scan", table, "", "", rows)
        for row in rows:
            yield row

    async def write(self, table: str, partition: str, rows: Sequence[RowWrite]) -> list[str]:
        await self._turn(table)
        try:
            etags = await self.tables.write(table, partition, rows)
        except Exception as exc:
            self._remember("refused", table, partition, str(exc), [])
            raise
        self._versions.update((table, partition, row.key) for row in rows)
        self._remember("written", table, partition, ",".join(row.key for row in rows), [])
        return etags

    def let_through(self, worker: str) -> None:
        self.waiting[worker].pop(0).set_result(None)

    def state(self) -> int:
        """Return a mark of all that decides how it goes on: what each worker has learned, and the shared rows."""
        rows = [row for table in sorted(self._shared) for row in self.tables.rows(table)]
        return hash((*sorted(self.histories.items()), *(self._mark(table="", row=row) for row in rows)))

    async def _turn(self, table: str) -> None:
        if table in self._shared and (worker := _worker.get("")):
            turn = asyncio.get_running_loop().create_future()
            self.waiting[worker].append(turn)
            await turn

    def _remember(self, what: str, table: str, partition: str, key: str, rows: Sequence[StoredRow]) -> None:
        if table in self._shared:
            worker = _worker.get("")
            marks = tuple(self._mark(table=table, row=row) for row in rows)
            self.histories[worker] = hash((self.histories[worker], what, table, partition, key, marks))

    def _mark(self, *, table: str, row: StoredRow) -> int:
        """Return a mark of a row: its ETag counts as how often it was written, whoever did so."""
        written = self._versions[table, row.partition, row.key] if table else 0
        return hash((row.partition, row.key, written, *sorted((name, str(cell)) for name, cell in row.cells.items())))


@dataclass
class Explored:
    """*schedules*: how many were begun. *ended*: how many were followed to their end; the rest met a known state."""

    schedules: int = 0
    ended: int = 0


class Explorer:
    """Takes workers through all orders of their calls, from the beginning each time.

    A schedule ends early where everything is as it was at some point of an earlier one.
    """

    def __init__(
        self,
        begin: Callable[[], tuple[SteppedTables, dict[str, Work]]],
        end: Callable[[SteppedTables], Awaitable[None]],
    ) -> None:
        self._begin = begin
        self._end = end
        self._seen = set[int]()
        self._open: list[list[str]] = [[]]
        self._explored = Explored()

    async def explore(self) -> Explored:
        while self._open:
            chosen = self._open.pop()
            self._explored.schedules += 1
            stepped, workers = self._begin()
            tasks = {name: asyncio.create_task(_as(name, work)) for name, work in workers.items()}
            try:
                if await self._follow(stepped, tasks, chosen):
                    self._explored.ended += 1
                    await self._end(stepped)
            finally:
                for task in tasks.values():
                    task.cancel()
                await asyncio.gather(*tasks.values(), return_exceptions=True)
        return self._explored

    async def _follow(self, stepped: SteppedTables, tasks: dict[str, asyncio.Task[None]], chosen: list[str]) -> bool:
        """Follow *chosen*, then the first who waits; note what else could be chosen. False: known from here on."""
        path: list[str] = []
        while able := await _able(stepped, tasks):
            if len(path) < len(chosen):
                worker = chosen[len(path)]
            else:
                worker, state = able[0], stepped.state()
                if state in self._seen:
                    return False
                self._seen.add(state)
                self._open.extend([*path, other] for other in able[1:])
            path.append(worker)
            stepped.let_through(worker)
        for task in tasks.values():
            await task
        return True


async def _able(stepped: SteppedTables, tasks: dict[str, asyncio.Task[None]]) -> list[str]:
    """Return who waits to be let through, when nothing moves any more."""
    while not all(task.done() or stepped.waiting[worker] for worker, task in tasks.items()):  # noqa: ASYNC110 (no event)
        await asyncio.sleep(0)
    for _ in range(_SETTLING):
        await asyncio.sleep(0)
    return [worker for worker in tasks if stepped.waiting[worker]]


async def _as(worker: str, work: Work) -> None:
    _worker.set(worker)
    await work()
