"""Scripted faults: which request fails, the how-many-th time, and how. Nothing here is left to chance."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from devkit.tenants.checks import Misfit, describe, expect_list, expect_object, expect_text
from devkit.tenants.mutations import Mutation, mutation_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devkit.tenants.places import Path

_FIELDS = (
    "method path nth times status headers body drop delaySeconds endEarly loseItems count nulls tenant mutations"
)


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to a request, in this order.

    Wait *delay_seconds*; change the tenant *tenant* by *mutations*; then drop the connection (before an answer,
    or midway through it), or answer *status* with *headers* and *body* (Graph's error for None), or give the
    true answer with changes: *end_early* takes the nextLink away, *lose_items* the last so many items, *count*
    puts another number in, *nulls* blanks every property but type and id.
    """

    delay_seconds: float = 0
    tenant: str | None = None
    mutations: tuple[Mutation, ...] = ()
    drop: Literal["before", "midway"] | None = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    end_early: bool = False
    lose_items: int = 0
    count: int | None = None
    nulls: bool = False


@dataclass(slots=True)
class Fault:
    """*effect* befalls the *nth* matching request (from 1) and, in all, *times* of them; None: all from then on."""

    method: re.Pattern[str]
    path: re.Pattern[str]
    nth: int
    times: int | None
    effect: Effect
    matched: int = 0
    befallen: int = 0

    def befalls(self, method: str, path: str) -> bool:
        """Count a request that matches and tell whether this one is hit."""
        if not (self.method.fullmatch(method) and self.path.search(path)):
            return False
        self.matched += 1
        hit = self.matched >= self.nth and (self.times is None or self.matched < self.nth + self.times)
        self.befallen += hit
        return hit


@dataclass(slots=True)
class FaultScript:
    faults: list[Fault] = field(default_factory=list)

    def effect_on(self, method: str, path: str) -> Effect | None:
        """Return what befalls this request: of several faults that are due, the one posted first.

        All of them count the request.
        """
        due = [fault.effect for fault in self.faults if fault.befalls(method, path)]
        return due[0] if due else None

    def to_json(self) -> list[dict[str, Any]]:
        """Return how often each fault matched and struck, in the order of posting."""
        return [
            {
                "method": fault.method.pattern,
                "path": fault.path.pattern,
                "matched": fault.matched,
                "befallen": fault.befallen,
            }
            for fault in self.faults
        ]


def fault_from_json(value: Any) -> Fault:
    """Check one fault as the control API takes it; `path` is searched for in path and query.

    Raises:
        Misfit: with the path of the first thing that is wrong.
    """
    fields = expect_object(value, ())
    for name in fields:
        if name not in _FIELDS.split():
            raise Misfit((name,), f"a fault takes only {_FIELDS}")
    times = fields.get("times", 1)
    return Fault(
        _pattern(fields.get("method", ".*"), ("method",)),
        _pattern(fields.get("path", ""), ("path",)),
        _number(fields.get("nth", 1), ("nth",), least=1),
        None if times is None else _number(times, ("times",), least=1),
        _effect(fields),
    )


def _effect(fields: Mapping[str, Any]) -> Effect:
    drop, status, count = fields.get("drop"), fields.get("status"), fields.get("count")
    if drop not in {None, "before", "midway"}:
        raise Misfit(("drop",), "must be 'before' or 'midway'")
    delay = fields.get("delaySeconds", 0)
    if isinstance(delay, bool) or not isinstance(delay, int | float) or delay < 0:
        raise Misfit(("delaySeconds",), f"must be a number of seconds, not {describe(delay)}")
    return Effect(
        delay_seconds=delay,
        tenant=fields.get("tenant"),
        mutations=_mutations(fields),
        drop=drop,
        status=None if status is None else _number(status, ("status",), least=200),
        headers=_headers(fields),
        body=fields.get("body"),
        end_early=bool(fields.get("endEarly", False)),
        lose_items=_number(fields.get("loseItems", 0), ("loseItems",), least=0),
        count=None if count is None else _number(count, ("count",), least=0),
        nulls=bool(fields.get("nulls", False)),
    )


def _mutations(fields: Mapping[str, Any]) -> tuple[Mutation, ...]:
    listed = expect_list(fields.get("mutations", []), ("mutations",))
    if listed:
        expect_text(fields.get("tenant"), ("tenant",))
    return tuple(mutation_from_json(value, place=f"mutations[{index}]") for index, value in enumerate(listed))


def _headers(fields: Mapping[str, Any]) -> dict[str, str]:
    headers = expect_object(fields.get("headers", {}), ("headers",))
    return {name: str(value) for name, value in headers.items()}


def _pattern(value: Any, path: Path) -> re.Pattern[str]:
    try:
        return re.compile(value)
    except (re.error, TypeError) as failure:
        raise Misfit(path, f"must be a regular expression, not {describe(value)}") from failure


def _number(value: Any, path: Path, *, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Misfit(path, f"must be a whole number from {least}, not {describe(value)}")
    return value
