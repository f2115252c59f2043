"""What every `TableStore` promises: the same suite on the memory one and on the real one against Azurite."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import RowConflict
from sync_core.ports import RowWrite
from tests.fakes.memory_tables import MemoryTables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.adapters.tables.store import AzureTableStore
    from sync_core.ports import Cell, TableStore

TABLE = "Rows"
SEED = 20261123
KINDS = ("insert", "replace", "merge", "upsert", "put", "delete")
CELLS: tuple[Cell, ...] = (1, 2.5, "t", b"b", True)
#  In the order of their UTF-16 units; the last two come the other way round by code point.
KEYS_IN_ORDER = [
    "",
    "!",
    "'",
    "-",
    "0",
    "10",
    "9",
    "A",
    "B",
    "_",
    "a",
    "a|1",
    "b",
    "|",
    "~",
    "ä",
    "\U0001f600",
    "\ufffd",
]


def insert(key: str, **cells: Cell) -> RowWrite:
    return RowWrite("insert", key, cells)


async def written(store: TableStore, key: str = "k", **cells: Cell) -> str:
    """Store one row and return its ETag."""
    [etag] = await store.write(TABLE, "p", [insert(key, **cells)])
    return etag


async def cells_of(store: TableStore, key: str = "k") -> Mapping[str, Cell] | None:
    row = await store.get(TABLE, "p", key)
    return None if row is None else row.cells


async def keys_of(
    store: TableStore, *, after: str | None = None, first: str | None = None, below: str | None = None
) -> list[str]:
    return [row.key async for row in store.query(TABLE, "p", after=after, first=first, below=below)]


class TableStoreContract(ABC):
    """The cases; a subclass brings the store."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> TableStore: ...

    async def test_a_missing_row_is_none(self, store: TableStore) -> None:
        assert await store.get(TABLE, "p", "k") is None

    @pytest.mark.parametrize(
        "cell",
        [
            pytest.param("", id="empty text"),
            pytest.param("Zoë \U0001f600 \u2028 'quoted' \"twice\" \\ {}\r\n", id="difficult text"),
            pytest.param("2026-11-23T00:00:00Z", id="text that looks like a time"),
            pytest.param("12", id="text that looks like a number"),
            pytest.param("ä" * 32 * 1024, id="longest text"),
            pytest.param(0, id="zero"),
            pytest.param(2**63 - 1, id="largest int"),
            pytest.param(-(2**63), id="smallest int"),
            pytest.param(1.0, id="whole float"),
            pytest.param(0.1, id="float"),
            pytest.param(float("inf"), id="infinity"),
            pytest.param(True, id="true"),
            pytest.param(False, id="false"),
            pytest.param(b"", id="no bytes"),
            pytest.param(bytes(range(256)) * 256, id="longest bytes"),
        ],
    )
    async def test_a_value_comes_back_as_it_was(self, store: TableStore, cell: Cell) -> None:
        await written(store, value=cell)

        cells = await cells_of(store)

        assert cells == {"value": cell}
        assert type(cells["value"]) is type(cell)

    async def test_a_row_tells_where_it_stands_and_its_etag(self, store: TableStore) -> None:
        etag = await written(store, name="Ada")

        row = await store.get(TABLE, "p", "k")

        assert row is not None
        assert (row.partition, row.key, row.etag) == ("p", "k", etag)

    async def test_keys_may_hold_quotes_and_other_writing(self, store: TableStore) -> None:
        """Ids never do, but an escaping fault must not depend on that."""
        partition, key = "o'neil|ä", "d'arcy, (é) 100%&+=;~"
        await store.write(TABLE, partition, [insert(key, name="x")])
        await store.write(TABLE, partition, [RowWrite("merge", key, {"age": 1})])

        row = await store.get(TABLE, partition, key)
        found = [row async for row in store.query(TABLE, partition, first=key)]

        assert row is not None
        assert row.cells == {"name": "x", "age": 1}
        assert found == [row]

    async def test_partitions_and_tables_are_apart(self, store: TableStore) -> None:
        await store.write(TABLE, "p", [insert("k", at=1)])
        await store.write(TABLE, "q", [insert("k", at=2)])
        await store.write("Others", "p", [insert("k", at=3)])

        found = [row.cells async for row in store.query(TABLE, "p")]

        assert found == [{"at": 1}]

    async def test_an_insert_of_a_present_row_conflicts(self, store: TableStore) -> None:
        await written(store, name="first")

        with pytest.raises(RowConflict) as caught:
            await store.write(TABLE, "p", [insert("a"), insert("k", name="second"), insert("b")])

        assert (caught.value.table, caught.value.index) == (TABLE, 1)

    @pytest.mark.parametrize("kind", ["replace", "merge", "delete"])
    async def test_a_stale_etag_conflicts(self, store: TableStore, kind: str) -> None:
        stale = await written(store, name="first")
        await store.write(TABLE, "p", [RowWrite("merge", "k", {"name": "second"}, stale)])

        with pytest.raises(RowConflict) as caught:
            await store.write(TABLE, "p", [insert("a"), insert("b"), row_write(kind, "k", etag=stale)])

        assert caught.value.index == 2
        assert await cells_of(store) == {"name": "second"}

    @pytest.mark.parametrize("kind", ["replace", "merge", "delete"])
    async def test_a_missing_row_conflicts_where_one_must_be(self, store: TableStore, kind: str) -> None:
        with pytest.raises(RowConflict) as caught:
            await store.write(TABLE, "p", [insert("a"), row_write(kind, "k")])

        assert caught.value.index == 1
        assert await keys_of(store) == []

    @pytest.mark.parametrize("kind", ["replace", "merge", "delete"])
    async def test_the_current_etag_fits(self, store: TableStore, kind: str) -> None:
        etag = await written(store, name="first")

        await store.write(TABLE, "p", [row_write(kind, "k", etag=etag)])

        assert await cells_of(store) == {"replace": {}, "merge": {"name": "first"}, "delete": None}[kind]

    @pytest.mark.parametrize("kind", ["merge", "upsert"])
    async def test_merging_keeps_the_other_properties(self, store: TableStore, kind: str) -> None:
        await written(store, name="Ada", age=36)

        await store.write(TABLE, "p", [row_write(kind, "k", age=37)])

        assert await cells_of(store) == {"name": "Ada", "age": 37}

    @pytest.mark.parametrize("kind", ["replace", "put"])
    async def test_replacing_drops_the_other_properties(self, store: TableStore, kind: str) -> None:
        await written(store, name="Ada", age=36)

        await store.write(TABLE, "p", [row_write(kind, "k", age=37)])

        assert await cells_of(store) == {"age": 37}

    @pytest.mark.parametrize("kind", ["upsert", "put"])
    async def test_a_missing_row_is_made_where_none_need_be(self, store: TableStore, kind: str) -> None:
        await store.write(TABLE, "p", [row_write(kind, "k", age=37)])

        assert await cells_of(store) == {"age": 37}

    async def test_a_property_may_change_its_type(self, store: TableStore) -> None:
        await written(store, value=1)
        await store.write(TABLE, "p", [RowWrite("merge", "k", {"value": "one"})])

        assert await cells_of(store) == {"value": "one"}

    async def test_a_row_may_have_no_property(self, store: TableStore) -> None:
        await store.write(
            TABLE, "p", [row_write(kind, f"k{n}") for n, kind in enumerate(("insert", "upsert", "put"))]
        )

        assert [row.cells async for row in store.query(TABLE, "p")] == [{}, {}, {}]

    async def test_every_write_returns_the_etags_that_reads_show(self, store: TableStore) -> None:
        gone, _ = await store.write(TABLE, "p", [insert("b"), insert("c")])

        etags = await store.write(
            TABLE,
            "p",
            [
                RowWrite("upsert", "e", {}),
                RowWrite("delete", "b", {}, gone),
                insert("a"),
                RowWrite("replace", "c", {"x": 1}),
                RowWrite("put", "d", {}),
            ],
        )

        read = {row.key: row.etag async for row in store.query(TABLE, "p")}
        assert etags == [read["e"], "", read["a"], read["c"], read["d"]]

    async def test_each_write_changes_the_etag(self, store: TableStore) -> None:
        """Even one that stores the same again: whoever read before it has to read again."""
        first = await written(store, name="Ada")
        [second] = await store.write(TABLE, "p", [RowWrite("merge", "k", {"name": "Ada"}, first)])

        with pytest.raises(RowConflict):
            await store.write(TABLE, "p", [RowWrite("merge", "k", {"name": "Ada"}, first)])
        assert second != first

    async def test_a_hundred_rows_are_one_write(self, store: TableStore) -> None:
        etags = await store.write(TABLE, "p", [insert(f"{n:03}", n=n) for n in range(100)])

        rows = [row async for row in store.query(TABLE, "p")]
        assert [row.cells for row in rows] == [{"n": n} for n in range(100)]
        assert [row.etag for row in rows] == etags

    async def test_one_conflict_undoes_the_whole_write(self, store: TableStore) -> None:
        await written(store, "keep", name="Ada")
        await written(store, "gone", name="Ada")
        writes = [
            RowWrite("upsert", "keep", {"name": "Eve"}),
            RowWrite("delete", "gone", {}),
            *(insert(f"{n:03}") for n in range(97)),
            RowWrite("merge", "missing", {}),
        ]

        with pytest.raises(RowConflict) as caught:
            await store.write(TABLE, "p", writes)

        assert caught.value.index == 99
        assert [(row.key, row.cells) async for row in store.query(TABLE, "p")] == [
            ("gone", {"name": "Ada"}),
            ("keep", {"name": "Ada"}),
        ]

    async def test_rows_come_in_the_order_of_their_keys(self, store: TableStore) -> None:
        await store.write(TABLE, "p", [insert(key) for key in reversed(KEYS_IN_ORDER)])

        assert await keys_of(store) == KEYS_IN_ORDER

    async def test_a_range_ends_where_it_is_told_to(self, store: TableStore) -> None:
        await store.write(TABLE, "p", [insert(key) for key in ("a", "b", "b'", "c", "d")])

        assert await keys_of(store, after="b") == ["b'", "c", "d"]
        assert await keys_of(store, first="b'") == ["b'", "c", "d"]
        assert await keys_of(store, below="c") == ["a", "b", "b'"]
        assert await keys_of(store, after="a", below="c") == ["b", "b'"]
        assert await keys_of(store, after="b", first="a", below="d") == ["b'", "c"]
        assert await keys_of(store, first="x") == []

    async def test_more_than_a_page_is_read_to_the_end(self, store: TableStore) -> None:
        keys = [f"{n:05}" for n in range(2100)]
        for start in range(0, len(keys), 100):
            await store.write(TABLE, "p", [insert(key) for key in keys[start : start + 100]])

        assert await keys_of(store) == keys
        assert await keys_of(store, after="00001", below="01900") == keys[2:1900]

    @pytest.mark.parametrize("at_a_time", [1, 2, 5, 6, 1000])
    async def test_reading_a_few_at_a_time_finds_the_same_rows(self, store: TableStore, at_a_time: int) -> None:
        await store.write(TABLE, "p", [insert(key) for key in "abcdef"])

        found = [row.key async for row in store.query(TABLE, "p", after="a", below="f", at_a_time=at_a_time)]

        assert found == list("bcde")

    async def test_only_selected_properties_are_read(self, store: TableStore) -> None:
        await store.write(TABLE, "p", [insert("a", x=1, y=2), insert("b", y=2), insert("c", x=b"3")])

        found = [row async for row in store.query(TABLE, "p", select=["x", "z"])]

        assert [(row.partition, row.key, row.cells) for row in found] == [
            ("p", "a", {"x": 1}),
            ("p", "b", {}),
            ("p", "c", {"x": b"3"}),
        ]
        assert found[0].etag == getattr(await store.get(TABLE, "p", "a"), "etag", None)

    async def test_selecting_nothing_reads_the_keys(self, store: TableStore) -> None:
        await store.write(TABLE, "p", [insert("a", x=1)])

        assert [(row.key, row.cells) async for row in store.query(TABLE, "p", select=[])] == [("a", {})]

    async def test_a_scan_finds_the_rows_of_every_partition_once(self, store: TableStore) -> None:
        for partition in ("p", "q", "p|q"):
            rows = [insert(f"{number:04d}", n=number) for number in range(100)]
            await store.write(TABLE, partition, rows)

        found = [(row.partition, row.key, row.cells["n"]) async for row in store.scan(TABLE)]

        assert len(found) == 300
        assert set(found) == {(partition, f"{n:04d}", n) for partition in ("p", "q", "p|q") for n in range(100)}

    async def test_a_scan_goes_on_behind_its_first_page(self, store: TableStore) -> None:
        for start in range(0, 1200, 100):
            await store.write(TABLE, f"p{start % 300}", [insert(f"{start + n:04d}") for n in range(100)])

        assert len({row.key async for row in store.scan(TABLE)}) == 1200

    async def test_a_scan_gives_only_the_keys_and_properties_that_were_asked_for(self, store: TableStore) -> None:
        for partition in ("p", "q"):
            rows = [insert(key, x=1, y=2) for key in ("a", "~b", "~c", "~d")]
            await store.write(TABLE, partition, rows)

        found = [
            (row.partition, row.key, row.cells)
            async for row in store.scan(TABLE, first="~b", below="~d", select=["y"])
        ]

        assert sorted(found, key=lambda row: row[:2]) == [
            (partition, key, {"y": 2}) for partition in ("p", "q") for key in ("~b", "~c")
        ]

    async def test_what_a_scan_found_can_be_changed_by_its_etag(self, store: TableStore) -> None:
        await store.write(TABLE, "p", [insert("k", n=1)])

        [row] = [row async for row in store.scan(TABLE)]
        await store.write(TABLE, row.partition, [RowWrite("merge", row.key, {"n": 2}, row.etag)])

        assert await cells_of(store) == {"n": 2}

    @pytest.mark.parametrize(
        ("rows", "named"),
        [
            pytest.param([], "1 to 100 rows", id="no row"),
            pytest.param([insert(f"{n}") for n in range(101)], "1 to 100 rows, not 101", id="too many rows"),
            pytest.param([insert("k"), RowWrite("delete", "k", {})], "a key stands twice", id="one row twice"),
            pytest.param([insert("k", secret="s" * 32769)], "secret takes 32768", id="long text"),
            pytest.param([insert("k", secret="\U0001f600" * 16385)], "secret takes 32768", id="long in UTF-16"),
            pytest.param([insert("k", secret=b"s" * 65537)], "secret takes 65536", id="many bytes"),
            pytest.param([insert("k", secret=2**63)], "secret is no value", id="large int"),
            pytest.param([insert("k", secret="s\ud800")], "secret holds half a surrogate", id="no text"),
            pytest.param([insert("k", **{f"c{n}": 1 for n in range(253)})], "252 properties", id="many properties"),
            pytest.param([insert("k", **{f"c{n}": "s" * 32768 for n in range(16)})], "1048576 bytes", id="large row"),
            pytest.param(
                [insert(f"{k}", **{f"c{n}": b"s" * 65536 for n in range(15)}) for k in range(4)],
                "4194304 bytes",
                id="large write",
            ),
            pytest.param([insert("s" * 513)], "RowKey is longer", id="long key"),
            pytest.param([insert("s/s")], "RowKey holds a character", id="slash in a key"),
            pytest.param([insert("k", **{"two words": 1})], "cannot be the name", id="strange name"),
            pytest.param([insert("k", RowKey="s")], "cannot be the name", id="a name of the system"),
        ],
    )
    async def test_what_storage_does_not_take_is_refused(
        self, store: TableStore, rows: Sequence[RowWrite], named: str
    ) -> None:
        """The refusal names the place and never the value, which can be personal."""
        with pytest.raises(ValueError, match=rf"{TABLE}: .*{named}") as caught:
            await store.write(TABLE, "p", rows)

        assert "sss" not in str(caught.value)
        assert await keys_of(store) == []

    async def test_the_largest_row_is_taken(self, store: TableStore) -> None:
        cells: dict[str, Cell] = {f"c{n:02}": "x" * 32768 for n in range(15)}

        await store.write(TABLE, "p", [insert("k", **cells, **{f"n{n:03}": n for n in range(237)})])

        found = await cells_of(store)
        assert found is not None
        assert len(found) == 252


class TestMemoryTables(TableStoreContract):
    @pytest.fixture
    def store(self) -> TableStore:
        return MemoryTables()


class TestAzureTableStore(TableStoreContract):
    @pytest.fixture
    async def store(self, azurite_tables: AzureTableStore) -> TableStore:
        await azurite_tables.ensure_tables([TABLE, "Others"])
        return azurite_tables

    async def test_tables_are_made_once(self, azurite_tables: AzureTableStore) -> None:
        await azurite_tables.ensure_tables([TABLE])
        await azurite_tables.write(TABLE, "p", [insert("k")])
        await azurite_tables.ensure_tables([TABLE])

        assert await keys_of(azurite_tables) == ["k"]

    async def test_a_missing_table_is_never_an_empty_one(self, azurite_tables: AzureTableStore) -> None:
        with pytest.raises(RuntimeError, match="TableNotFound"):
            await azurite_tables.get(TABLE, "p", "k")
        with pytest.raises(RuntimeError, match="TableNotFound"):
            await keys_of(azurite_tables)
        with pytest.raises(RuntimeError, match="TableNotFound"):
            await azurite_tables.write(TABLE, "p", [insert("k")])


async def test_the_memory_store_answers_as_the_real_one_does(azurite_tables: AzureTableStore) -> None:
    """Some hundred random writes, each compared: outcome, index of the conflict, and all rows after it."""
    await azurite_tables.ensure_tables([TABLE])
    memory = MemoryTables()
    chance = random.Random(SEED)  # noqa: S311  reproducible on purpose
    real_etags: dict[str, list[str]] = {}
    fake_etags: dict[str, list[str]] = {}

    for _ in range(300):
        plan = [random_write(chance, key) for key in chance.sample("abcdefgh", chance.randint(1, 4))]
        outcomes = [
            await outcome(store, [write.with_etag_of(etags) for write in plan], etags)
            for store, etags in ((azurite_tables, real_etags), (memory, fake_etags))
        ]

        assert outcomes[0] == outcomes[1]
        assert await contents(azurite_tables) == await contents(memory)


def row_write(kind: str, key: str, *, etag: str = "*", **cells: Cell) -> RowWrite:
    return RowWrite(kind, key, cells, etag)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class RandomWrite:
    """A write that has yet to choose among the ETags of the store that it goes to."""

    kind: str
    key: str
    cells: Mapping[str, Cell]
    luck: float

    def with_etag_of(self, etags: Mapping[str, list[str]]) -> RowWrite:
        """Return the write with no ETag, the latest one or the oldest one."""
        known = etags.get(self.key, [])
        etag = "*" if self.luck < 0.3 or not known else known[-1] if self.luck < 0.9 else known[0]
        return row_write(self.kind, self.key, etag=etag, **self.cells)


def random_write(chance: random.Random, key: str) -> RandomWrite:
    return RandomWrite(chance.choice(KINDS), key, {chance.choice("xyz"): chance.choice(CELLS)}, chance.random())


async def outcome(store: TableStore, rows: Sequence[RowWrite], etags: dict[str, list[str]]) -> int | list[bool]:
    """Return the index of the conflict, or for each row whether it is still there."""
    try:
        made = await store.write(TABLE, "p", rows)
    except RowConflict as conflict:
        return conflict.index
    for row, etag in zip(rows, made, strict=True):
        if etag:
            etags.setdefault(row.key, []).append(etag)
    return [etag != "" for etag in made]


async def contents(store: TableStore) -> list[tuple[str, Mapping[str, Cell]]]:
    return [(row.key, row.cells) async for row in store.query(TABLE, "p")]
