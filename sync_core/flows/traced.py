"""Let a flow be a span of its own."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine
    from typing import Any

    from sync_core.flows.services import Services
    from sync_core.telemetry.catalogue import SpanKind

P = ParamSpec("P")
T = TypeVar("T")


def traced(
    kind: SpanKind,
) -> Callable[
    [Callable[Concatenate[Services, P], Awaitable[T]]], Callable[Concatenate[Services, P], Coroutine[Any, Any, T]]
]:
    """Return a decorator that opens a span of *kind* around each call of a flow."""

    def decorate(
        flow: Callable[Concatenate[Services, P], Awaitable[T]],
    ) -> Callable[Concatenate[Services, P], Coroutine[Any, Any, T]]:
        @wraps(flow)
        async def traced_flow(services: Services, /, *args: P.args, **kwargs: P.kwargs) -> T:
            with services.telemetry.span(kind):
                return await flow(services, *args, **kwargs)

        return traced_flow

    return decorate
