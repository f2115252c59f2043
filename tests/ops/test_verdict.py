"""Permanent or transient, by what the product itself writes into poison messages."""

from __future__ import annotations

import pytest

from ops.poison.verdict import Lasting, lasting


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (None, Lasting.TRANSIENT),
        ("storage cannot be reached", Lasting.TRANSIENT),
        ("storage is busy (HTTP 503)", Lasting.TRANSIENT),
        ("a row of SyncState was not as expected", Lasting.TRANSIENT),
        ("gave up after repeated failures: TimeoutError", Lasting.TRANSIENT),
        ("gave up after repeated failures: ConnectionResetError", Lasting.TRANSIENT),
        ("gave up after repeated failures: MemoryError", Lasting.TRANSIENT),
        ("gave up after repeated failures: HttpResponseError", Lasting.TRANSIENT),
        ("gave up after repeated failures: print", Lasting.TRANSIENT),
        ("gave up after repeated failures: TypeError", Lasting.PERMANENT),
        ("gave up after repeated failures: KeyError", Lasting.PERMANENT),
        ("gave up after repeated failures: UnicodeDecodeError", Lasting.PERMANENT),
        ("gave up after repeated failures: ZeroDivisionError", Lasting.PERMANENT),
    ],
)
def test_the_cause_of_a_readable_message_lasts(reason: str | None, expected: Lasting) -> None:
    assert lasting(reason, readable=True) is expected


@pytest.mark.parametrize("reason", [None, "the message is not JSON", "storage cannot be reached"])
def test_what_nobody_can_read_stays_so(reason: str | None) -> None:
    assert lasting(reason, readable=False) is Lasting.PERMANENT
