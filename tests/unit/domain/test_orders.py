from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_core.domain.errors import BadOrder
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.orders import SyncOrder, decode, encode
from sync_core.domain.runs import Trigger, manual_run_id
from tests.builders import MIDNIGHT, NIGHT, a_manual_order, a_sync_order

BY_HAND = manual_run_id(MIDNIGHT, request="0a1b")

ids = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
moments = st.datetimes(timezones=st.just(UTC))
orders = st.builds(
    SyncOrder,
    workspace=ids.map(WorkspaceId),
    group=ids.map(GroupId),
    not_after=moments,
    night=st.dates(),
    covers=st.lists(st.dates(), max_size=7).map(tuple),
    redrive=st.booleans(),
    traceparent=st.none() | st.from_regex(r"00-[0-9a-f]{31}1-1[0-9a-f]{15}-0[01]", fullmatch=True),
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(orders)
def test_a_nights_order_is_read_as_it_is_written(order: SyncOrder) -> None:
    assert decode(encode(order)) == order


def test_an_order_by_hand_is_read_as_it_is_written() -> None:
    order = a_manual_order(BY_HAND, redrive=True, generation=3)

    assert decode(encode(order)) == order


def test_an_order_from_before_there_were_traces_is_read() -> None:
    order = a_sync_order()

    assert "traceparent" not in json.loads(encode(order))
    assert decode(encode(order)).traceparent is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        7,
        None,
        ["00"],
        "00-abc-def-01",
        f"00-{'0' * 32}-{'1' * 16}-01",
        f"00-{'1' * 32}-{'0' * 16}-01",
        f"00-{'1' * 32}-{'1' * 16}-01\n",
        f"ff-{'1' * 32}-{'1' * 16}-01",
        f"00-{'A' * 32}-{'1' * 16}-01",
    ],
)
def test_a_trace_that_is_none_does_not_keep_a_run_from_being_done(wrong: Any) -> None:
    order = a_sync_order()
    document = json.loads(encode(order)) | {"traceparent": wrong}

    assert decode(json.dumps(document)) == order


def test_the_trace_makes_no_other_run() -> None:
    order = a_sync_order()
    traced = replace(order, traceparent=f"00-{'1' * 32}-{'1' * 16}-01")

    assert traced.new_run(generation=2) == order.new_run(generation=2)


def test_an_order_keeps_clear_of_the_queues_own_names() -> None:
    """The Functions host lets a body overwrite its own metadata of the message."""
    taken = {"id", "dequeueCount", "popReceipt", "insertionTime", "expirationTime", "nextVisibleTime", "queueTrigger"}

    assert not taken & set(json.loads(encode(a_sync_order())))


def test_an_order_says_what_asked_for_it() -> None:
    assert a_sync_order().trigger is Trigger.NIGHT
    assert a_manual_order(BY_HAND).trigger is Trigger.MANUAL


def test_an_order_by_hand_belongs_to_no_night() -> None:
    with pytest.raises(ValueError, match="no night"):
        _ = a_manual_order(BY_HAND).due_night


@given(st.text())
def test_no_text_is_anything_but_an_order_or_refused(text: str) -> None:
    with suppress(BadOrder):
        decode(text)


@given(json_values)
def test_no_json_is_anything_but_an_order_or_refused(value: Any) -> None:
    with suppress(BadOrder):
        decode(json.dumps(value))


@given(st.sampled_from([*json.loads(encode(a_sync_order(redrive=True))), "run"]), json_values)
def test_no_single_wrong_value_is_anything_but_refused_or_an_order(name: str, value: Any) -> None:
    with suppress(BadOrder):
        assert isinstance(decode(json.dumps(json.loads(encode(a_sync_order())) | {name: value})), SyncOrder)


@pytest.mark.parametrize("name", ["version", "order", "workspace", "group", "notAfter", "night"])
def test_an_order_that_lacks_something_is_refused(name: str) -> None:
    document = json.loads(encode(a_sync_order()))
    del document[name]

    with pytest.raises(BadOrder):
        decode(json.dumps(document))


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"version": "1"},
        {"order": "undo"},
        {"workspace": "a|b"},
        {"workspace": ""},
        {"group": "g" * 65},
        {"group": "../g"},
        {"group": None},
        {"notAfter": "2026-11-23T20:00:00"},
        {"notAfter": "tonight"},
        {"notAfter": 1764000000},
        {"night": "2026-02-30"},
        {"night": 20261123},
        {"covers": 7},
        {"covers": ["yesterday"]},
        {"covers": "2026-11-23"},
        {"run": BY_HAND},
        {"night": None, "run": "../../runs"},
        {"night": None, "run": 1},
        {"night": None},
        {"generation": "2"},
        {"generation": True},
    ],
    ids=str,
)
def test_an_order_with_something_wrong_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadOrder):
        decode(json.dumps(json.loads(encode(a_sync_order())) | changes))


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "1", '"sync"', "{", "[" * 100_000, "1" * 5_000, "NaN", "\x00", "\ud800"],
    ids=lambda text: ascii(text)[:20],
)
def test_what_is_no_order_at_all_is_refused(text: str) -> None:
    with pytest.raises(BadOrder):
        decode(text)


def test_a_refusal_does_not_repeat_the_message() -> None:
    """Whatever somebody put there would end in the log."""
    document = json.loads(encode(a_sync_order())) | {"notAfter": "ada@example.com"}

    with pytest.raises(BadOrder) as refused:
        decode(json.dumps(document))

    assert "ada" not in str(refused.value)


def test_only_a_true_redrive_reopens() -> None:
    document = json.loads(encode(a_sync_order())) | {"redrive": "true"}

    assert not decode(json.dumps(document)).redrive


def test_the_time_zone_of_not_after_does_not_matter() -> None:
    document = json.loads(encode(a_sync_order())) | {"notAfter": "2026-11-23T22:00:00+02:00"}

    assert decode(json.dumps(document)).not_after == datetime(2026, 11, 23, 20, tzinfo=UTC)


def test_covered_nights_keep_their_order() -> None:
    covers = tuple(NIGHT - timedelta(days=n) for n in (2, 1, 0))

    assert decode(encode(a_sync_order(covers=covers))).covers == covers
