"""Take one queue message through: carry it out, put it off, or put it aside with a reason. Nothing is swallowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.eligibility import Ending
from sync_core.domain.errors import BadOrder, SyncError, TryAgainLater
from sync_core.domain.orders import decode
from sync_core.domain.runs import Reason, RunState
from sync_core.flows.close_run import end_started_run
from sync_core.flows.record_run import record_end
from sync_core.flows.run_order import run_order
from sync_core.telemetry.catalogue import DELIVER_ORDER

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sync_core.domain.orders import SyncOrder
    from sync_core.flows.services import Services


async def deliver_order(services: Services, text: str) -> None:
    """Carry out the order in *text*.

    An order that must wait is sent again with its delay, which leaves the queue's count of failures alone. What
    nobody expected is raised: the host delivers the message again.
    """
    try:
        order = decode(text)
    except BadOrder as exc:
        services.log.warning("order_malformed", reason=str(exc))
        await services.orders.poison(text, reason=str(exc))
        return
    with _delivery(services, order):
        await _carry_out(services, order)


async def _carry_out(services: Services, order: SyncOrder) -> None:
    try:
        await run_order(services, order)
    except TryAgainLater as later:
        services.log.info(
            "order_put_off",
            workspace=order.workspace,
            group=order.group,
            seconds=round(later.after.total_seconds()),
            reason=later.reason,
        )
        await services.orders.send(order, delay=later.after)


async def give_up_order(services: Services, text: str, error: Exception) -> None:
    """End the run of an order whose last delivery failed, and keep the message with its reason for an operator."""
    order = decode(text)
    reason = f"gave up after repeated failures: {type(error).__name__}"
    with _delivery(services, order):
        services.log.error("order_given_up", workspace=order.workspace, group=order.group, reason=reason)
        await _fail_run(services, order, reason=reason)
        await services.orders.poison(text, reason=str(error) if isinstance(error, SyncError) else reason)


def _delivery(services: Services, order: SyncOrder) -> AbstractContextManager[None]:
    """Open the delivery's span in the trace that the order carries."""
    return services.telemetry.trace(
        DELIVER_ORDER,
        of=order.traceparent,
        workspace=order.workspace,
        group=order.group,
        run=order.run,
        mode=order.mode.value,
        trigger=order.trigger.value,
    )


async def _fail_run(services: Services, order: SyncOrder, *, reason: str) -> None:
    """End the run as failed, also one that never came to a record: lists must not go on showing an older success."""
    group = await services.groups.group(order.workspace, order.group)
    if group is None:
        return
    first = order.new_run(generation=group.value.generation)
    found = await services.runs.run(order.workspace, order.group, first.id)
    ending = Ending(RunState.FAILED, Reason("gave-up", f"The sync {reason}. Our support can look into it."))
    if found is None:
        await record_end(services, order, first, ending, etag=None)
    elif not found.value.is_over:
        await end_started_run(services, order, found, ending)
