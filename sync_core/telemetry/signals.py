"""Spans and numbers in the flows' words; what becomes of them is an adapter's business."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sync_core.telemetry.catalogue import Metric, SpanKind
    from sync_core.telemetry.events import Field


class Telemetry(Protocol):
    """Where spans and numbers go. Nothing here raises, waits, or changes what the caller does.

    Attributes and dimensions are ids, counts and words of ours: never a name, an address, a token or a URL.
    """

    def span(
        self, kind: SpanKind, /, *, named: str | None = None, **attributes: Field
    ) -> AbstractContextManager[None]:
        """Open a span within the one that is open now, until the block ends; what is raised in it is noted.

        *named*: its name where the catalogue gives only a pattern. ``workspace``, ``group`` and ``run`` are passed
        on to the spans and events within it.
        """

    def trace(self, kind: SpanKind, /, *, of: str | None, **attributes: Field) -> AbstractContextManager[None]:
        """Open a span in the trace that *of* (a W3C ``traceparent``) names; None begins a trace.

        A span of another trace that is open now is linked: it is the cause.
        """

    def note(self, **attributes: Field) -> None:
        """Add to the span that is open now; its ids are passed on from here on."""

    def traceparent(self) -> str | None:
        """Return the W3C ``traceparent`` of the span that is open now, None where nobody listens."""

    def count(self, metric: Metric, amount: int = 1, /, **dimensions: str) -> None:
        """Add to a counter. Zero says that there was nothing to count, which is more than saying nothing."""

    def measure(self, metric: Metric, value: float, /, **dimensions: str) -> None:
        """Say how much there is now (a gauge), or how much it was this time (a histogram)."""


class _NoTelemetry:
    """Nobody listens."""

    _NOTHING = nullcontext()

    def span(self, _kind: SpanKind, /, **_: object) -> AbstractContextManager[None]:
        return self._NOTHING

    def trace(self, _kind: SpanKind, /, **_: object) -> AbstractContextManager[None]:
        return self._NOTHING

    def note(self, **attributes: Field) -> None:
        """Drop it."""

    def traceparent(self) -> str | None:
        return None

    def count(self, _metric: Metric, _amount: int = 1, /, **dimensions: str) -> None:
        """Drop it."""

    def measure(self, _metric: Metric, _value: float, /, **dimensions: str) -> None:
        """Drop it."""


NO_TELEMETRY: Telemetry = _NoTelemetry()
