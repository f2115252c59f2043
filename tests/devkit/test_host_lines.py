"""The host's log as people follow it."""

from __future__ import annotations

import pytest

from devkit.host_lines import pretty

STAMP = "2026-11-23T18:40:22.426Z"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            f'{STAMP} INFO     sync_core: run_ended workspace=demo group=g1 state=succeeded reason="" read=2',
            "18:40:22  run ended group=Sales state=succeeded read=2",
        ),
        (
            f'{STAMP} WARNING  sync_core: order_malformed reason="not JSON"',
            '18:40:22  order malformed reason="not JSON"',
        ),
        (
            f"{STAMP} INFO     Function.f: Executed 'Functions.f' (Succeeded, Id=1b-2c, Duration=99ms)",
            "18:40:22  f succeeded in 99 ms",
        ),
        (f"{STAMP} ERROR    Host.Startup: something else", "18:40:22  something else"),
        ("Traceback (most recent call last):", "Traceback (most recent call last):"),
    ],
)
def test_lines_are_short_and_name_groups(line: str, shown: str) -> None:
    text = pretty(line, {"g1": "Sales"})

    assert text is not None
    assert text.plain == shown


def test_a_start_whose_end_will_be_shown_is_left_out() -> None:
    assert pretty(f"{STAMP} INFO     Function.f: Executing 'Functions.f' (Reason='x', Id=1)", {}) is None
