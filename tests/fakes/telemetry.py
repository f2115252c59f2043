"""Telemetry that remembers what it was told, and accepts nothing that the catalogue does not know."""

from __future__ import annotations

from asyncio import CancelledError
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from sync_core.domain.errors import GroupGone, RowConflict
from sync_core.telemetry.catalogue import ERROR, IDS, METRICS, SPANS, Instrument

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from sync_core.telemetry import Field
    from sync_core.telemetry.catalogue import Metric, SpanKind

_NUMBERS = count(1)


@dataclass(slots=True)
class Seen:
    """A span. *parent* and *causes* are the ids of others; *ids* is what it passes on."""

    name: str
    kind: SpanKind
    trace: int
    id: int
    parent: int | None
    causes: tuple[int, ...] = ()
    attributes: dict[str, Field] = field(default_factory=dict)
    ids: dict[str, Field] = field(default_factory=dict)
    failed: bool = False
    ended: bool = False


_open: ContextVar[Seen | None] = ContextVar("open_span", default=None)


class RecordingTelemetry:
    """Implements `sync_core.telemetry.Telemetry`. *numbers*: (metric, value, dimensions) in the order they came."""

    def __init__(self) -> None:
        self.spans: list[Seen] = []
        self.numbers: list[tuple[Metric, float, dict[str, str]]] = []

    def span(
        self, kind: SpanKind, /, *, named: str | None = None, **attributes: Field
    ) -> AbstractContextManager[None]:
        assert kind.pattern == (named is not None), f"{kind.name}: its name is given or it is not"
        return self._within(kind, named or kind.name, attributes)

    def trace(self, kind: SpanKind, /, *, of: str | None, **attributes: Field) -> AbstractContextManager[None]:
        inside = _open.get()
        trace, parent = (next(_NUMBERS), None) if of is None else _numbers_in(of)
        if of is not None and inside is not None and inside.trace == trace:
            return self._within(kind, kind.name, attributes)
        causes = () if inside is None else (inside.id,)
        return self._opened(Seen(kind.name, kind, trace, next(_NUMBERS), parent, causes), attributes)

    def note(self, **attributes: Field) -> None:
        seen = _open.get()
        if seen is not None:
            _tell(seen, attributes)

    def traceparent(self) -> str | None:
        seen = _open.get()
        return None if seen is None else f"00-{seen.trace:032x}-{seen.id:016x}-01"

    def count(self, metric: Metric, amount: int = 1, /, **dimensions: str) -> None:
        assert metric.instrument is Instrument.COUNTER, f"{metric.name} is no counter"
        assert amount >= 0, f"{metric.name} can only rise"
        self._keep(metric, amount, dimensions)

    def measure(self, metric: Metric, value: float, /, **dimensions: str) -> None:
        assert metric.instrument is not Instrument.COUNTER, f"{metric.name} is a counter"
        self._keep(metric, value, dimensions)

    def total(self, metric: Metric, **dimensions: str) -> float:
        """Return the sum of what a counter was told with these dimensions."""
        return sum(
            value for found, value, said in self.numbers if found == metric and dimensions.items() <= said.items()
        )

    def last(self, metric: Metric, **dimensions: str) -> float | None:
        """Return what a metric was told last with these dimensions, None where nothing was."""
        values = [
            value for found, value, said in self.numbers if found == metric and dimensions.items() <= said.items()
        ]
        return values[-1] if values else None

    def named(self, kind: SpanKind) -> list[Seen]:
        return [seen for seen in self.spans if seen.kind == kind]

    def _keep(self, metric: Metric, value: float, dimensions: dict[str, str]) -> None:
        assert metric in METRICS, f"{metric.name} is not in the catalogue"
        assert set(dimensions) == set(metric.dimensions), f"{metric.name}: {sorted(dimensions)}"
        assert all(isinstance(said, str) for said in dimensions.values()), f"{metric.name}: {dimensions}"
        self.numbers.append((metric, value, dimensions))

    def _within(self, kind: SpanKind, name: str, attributes: dict[str, Field]) -> AbstractContextManager[None]:
        inside = _open.get()
        seen = Seen(
            name=name,
            kind=kind,
            trace=next(_NUMBERS) if inside is None else inside.trace,
            id=next(_NUMBERS),
            parent=None if inside is None else inside.id,
            ids={} if inside is None else dict(inside.ids),
        )
        return self._opened(seen, attributes)

    @contextmanager
    def _opened(self, seen: Seen, attributes: dict[str, Field]) -> Iterator[None]:
        assert seen.kind in SPANS, f"{seen.name} is not in the catalogue"
        self.spans.append(seen)
        seen.attributes.update(seen.ids)
        _tell(seen, attributes)
        token = _open.set(seen)
        try:
            yield
        except BaseException as error:
            seen.attributes[ERROR] = type(error).__name__
            seen.failed = not isinstance(error, (RowConflict, GroupGone, CancelledError))
            raise
        finally:
            _open.reset(token)
            seen.ended = True


def _tell(seen: Seen, attributes: dict[str, Field]) -> None:
    unknown = set(attributes) - {*seen.kind.attributes, *IDS}
    assert not unknown, f"{seen.name} carries {sorted(unknown)}, which the catalogue does not know"
    told = {name: value for name, value in attributes.items() if value is not None}
    seen.attributes.update(told)
    seen.ids.update({name: value for name, value in told.items() if name in IDS})


def _numbers_in(traceparent: str) -> tuple[int, int]:
    _, trace, span, _ = traceparent.split("-")
    return int(trace, 16), int(span, 16)
