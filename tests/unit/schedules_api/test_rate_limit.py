from __future__ import annotations

from datetime import timedelta

import azure.functions as func
import pytest

from schedules_api.callers import Caller
from schedules_api.problems import Problem
from schedules_api.rate_limit import RateLimit, address_of, who_is
from sync_core.domain.ids import TenantId
from tests.fakes.clock import FakeClock


def asked(limit: RateLimit, clock: FakeClock, who: str, times: int) -> int:
    """Return how many of so many requests are answered."""
    return sum(wait_of(limit, clock, who) is None for _ in range(times))


def wait_of(limit: RateLimit, clock: FakeClock, who: str) -> int | None:
    """Return after how many seconds a refused request may come again."""
    try:
        limit.count(who, now=clock.now())
    except Problem as problem:
        if (problem.code, problem.kind.status) == ("too-many-requests", 429):
            return int(problem.headers["Retry-After"])
        raise
    return None


def test_so_many_requests_are_answered_at_once() -> None:
    assert asked(RateLimit(5), FakeClock(), "ada", 9) == 5


def test_callers_do_not_take_from_each_other() -> None:
    limit, clock = RateLimit(5), FakeClock()
    asked(limit, clock, "ada", 9)

    assert asked(limit, clock, "bob", 9) == 5


def test_the_bucket_fills_evenly() -> None:
    limit, clock = RateLimit(60), FakeClock()
    asked(limit, clock, "ada", 60)
    clock.advance(timedelta(seconds=3.9))

    assert asked(limit, clock, "ada", 60) == 3


def test_the_bucket_holds_no_more_than_a_minutes_worth() -> None:
    limit, clock = RateLimit(5), FakeClock()
    asked(limit, clock, "ada", 5)
    clock.advance(timedelta(hours=1))

    assert asked(limit, clock, "ada", 60) == 5


@pytest.mark.parametrize("per_minute", [1, 2, 3, 5, 7, 11, 13, 17, 30, 59, 60, 600])
def test_who_comes_again_when_told_is_answered(per_minute: int) -> None:
    limit, clock = RateLimit(per_minute), FakeClock()
    for _ in range(5):
        asked(limit, clock, "ada", per_minute)
        wait = wait_of(limit, clock, "ada")
        assert wait is not None
        clock.advance(timedelta(seconds=wait))

        assert wait_of(limit, clock, "ada") is None


def test_a_refused_request_costs_nothing() -> None:
    limit, clock = RateLimit(60), FakeClock()
    asked(limit, clock, "ada", 600)
    clock.advance(timedelta(seconds=1))

    assert asked(limit, clock, "ada", 600) == 1


def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing() -> None:
    limit, clock = RateLimit(60), FakeClock()
    asked(limit, clock, "ada", 30)
    clock.advance(timedelta(hours=-1))

    assert asked(limit, clock, "ada", 600) == 30
    clock.advance(timedelta(seconds=2))
    assert asked(limit, clock, "ada", 600) == 2


def test_only_so_many_callers_are_remembered() -> None:
    """Whoever is seen most seldom is forgotten first, so a busy caller's count survives a crowd."""
    limit, clock = RateLimit(5, most_callers=3), FakeClock()
    asked(limit, clock, "ada", 5)
    for stranger in ("a", "b", "c", "d"):
        asked(limit, clock, stranger, 5)
        assert asked(limit, clock, "ada", 1) == 0

    assert asked(limit, clock, "a", 9) == 5


def test_people_of_two_tenants_are_two() -> None:
    callers = [Caller("a1", TenantId(tenant), frozenset()) for tenant in ("t1", "t2")]

    assert len(set(map(who_is, callers))) == 2


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7:51234", "203.0.113.7"),
        ("made, up,203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("", "nobody known"),
        ("unknown", "nobody known"),
        ("203.0.113.7, <script>", "nobody known"),
    ],
)
def test_somebody_unknown_goes_by_the_address_that_the_front_end_saw(forwarded: str, address: str) -> None:
    """What stands before it the client wrote itself, and could change with each request."""
    request = func.HttpRequest("GET", "https://x.example/", headers={"X-Forwarded-For": forwarded}, body=b"")

    assert address_of(request) == address


def test_without_a_front_end_all_are_one() -> None:
    assert address_of(func.HttpRequest("GET", "https://x.example/", body=b"")) == "nobody known"
