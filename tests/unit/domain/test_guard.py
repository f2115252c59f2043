from __future__ import annotations

import pytest

from sync_core.domain.guard import why_held
from sync_core.domain.options import RemovalGuard


def is_held(leaving: int, members: int, guard: RemovalGuard | None = None) -> bool:
    return why_held(guard or RemovalGuard(), leaving=leaving, members=members) is not None


@pytest.mark.parametrize(
    ("leaving", "members", "held"),
    [
        pytest.param(0, 0, False, id="nobody of nobody"),
        pytest.param(0, 100, False, id="nobody"),
        pytest.param(20, 100, False, id="exactly 20 percent"),
        pytest.param(21, 100, True, id="more than 20 percent"),
        pytest.param(5, 25, False, id="five are exactly 20 percent"),
        pytest.param(5, 24, True, id="five are more than 20 percent"),
        pytest.param(4, 5, False, id="four are too few to ask, however large their share"),
        pytest.param(4, 4, True, id="everybody of four"),
        pytest.param(1, 1, True, id="everybody of one"),
        pytest.param(1, 2, False, id="one of two"),
        pytest.param(500, 100_000, False, id="exactly 500"),
        pytest.param(501, 100_000, True, id="more than 500"),
        pytest.param(2, 1, True, id="more than there are"),
    ],
)
def test_the_default_guard_holds_what_goes_beyond(leaving: int, members: int, held: bool) -> None:
    assert is_held(leaving, members) is held


@pytest.mark.parametrize(("leaving", "members"), [(1, 1), (501, 501), (90, 100)])
def test_a_guard_that_is_off_holds_nothing(leaving: int, members: int) -> None:
    assert not is_held(leaving, members, RemovalGuard(enabled=False))


@pytest.mark.parametrize(
    ("guard", "leaving", "held"),
    [
        pytest.param(RemovalGuard(percent=50), 50, False, id="percent not passed"),
        pytest.param(RemovalGuard(percent=50), 51, True, id="percent passed"),
        pytest.param(RemovalGuard(minimum=30), 29, False, id="minimum not reached"),
        pytest.param(RemovalGuard(minimum=30), 30, True, id="minimum reached"),
        pytest.param(RemovalGuard(maximum=10), 10, False, id="maximum not passed"),
        pytest.param(RemovalGuard(maximum=10), 11, True, id="maximum passed"),
        pytest.param(RemovalGuard(percent=100), 99, False, id="percent cannot be passed"),
        pytest.param(RemovalGuard(percent=0, minimum=0), 1, True, id="anybody at all"),
    ],
)
def test_the_numbers_of_the_guard_can_be_set(guard: RemovalGuard, leaving: int, held: bool) -> None:
    assert is_held(leaving, 100, guard) is held


@pytest.mark.parametrize(
    ("leaving", "members", "words"),
    [
        (3, 3, "everybody: 3 of 3"),
        (501, 9_000, "501 people, more than 500"),
        (6, 20, "6 of 20 members, more than 20 %"),
    ],
)
def test_the_reason_says_how_many_of_how_many(leaving: int, members: int, words: str) -> None:
    assert words in (why_held(RemovalGuard(), leaving=leaving, members=members) or "")
