"""The function app: triggers only; each hands its message to one flow.

Settings are checked while this module is loaded, so that a wrong one stops the start with its name.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import azure.functions as func

from schedules_api.routes import blueprint
from sync_core import wiring
from sync_core.domain.errors import RowConflict
from sync_core.flows.deliver_order import deliver_order, give_up_order
from sync_core.flows.enqueue_due import enqueue_due as run_enqueue_due
from sync_core.flows.observe import observe as run_observe
from sync_core.flows.try_consent import deliver_trial, give_up_trial
from sync_core.flows.watch_over import watch_over as run_watch_over

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sync_core.flows.services import Services

    Deliver = Callable[[Services, str], Awaitable[None]]
    GiveUp = Callable[[Services, str, Exception], Awaitable[None]]

#  As host.json's extensions.queues.maxDequeueCount: the last delivery ends the run with a reason of ours.
LAST_DELIVERY = 5


class Failed(Exception):
    """Tells the host that a trigger failed. It logs what an error says, so this one says the class of the first."""


product = wiring.app_from_environment()

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(blueprint(product.services, product.settings))


@app.timer_trigger(arg_name="timer", schedule="%SYNC_SCHEDULE%")
async def enqueue_due(timer: func.TimerRequest) -> None:
    """At midnight UTC: one order per due group."""
    async with _timer_at_work("enqueue_due") as services:
        services.log.info("midnight", past_due=timer.past_due)
        try:
            await run_enqueue_due(services)
        except RowConflict:
            services.log.info("night_enqueued_by_another_firing")


@app.timer_trigger(arg_name="timer", schedule="0 10 * * * *")
async def watch_over(timer: func.TimerRequest) -> None:
    """At ten past every hour: set right what was missed, stuck or lost."""
    async with _timer_at_work("watch_over") as services:
        services.log.info("watch", past_due=timer.past_due)
        await run_watch_over(services)


@app.timer_trigger(arg_name="timer", schedule="0 */5 * * * *")
async def observe(timer: func.TimerRequest) -> None:  # noqa: ARG001  the host passes it by name
    """Every five minutes: say how the night and the queues stand."""
    async with _timer_at_work("observe") as services:
        await run_observe(services)


@app.queue_trigger(arg_name="message", queue_name="group-syncs", connection="SyncStorage")
async def sync_group(message: func.QueueMessage) -> None:
    """Carry out one order."""
    await _take_through(message, deliver_order, give_up_order, failure="order_failed")


@app.queue_trigger(arg_name="message", queue_name="connection-trials", connection="SyncStorage")
async def try_connection(message: func.QueueMessage) -> None:
    """Find out whether a connection works that was just consented to."""
    await _take_through(message, deliver_trial, give_up_trial, failure="trial_failed")


@asynccontextmanager
async def _at_work() -> AsyncIterator[Services]:
    """Lend the services to a trigger; what fails is raised again as its class alone."""
    async with product.at_work() as services:
        try:
            yield services
        except Exception as exc:  # noqa: BLE001  a trigger may, and swallows nothing
            raise Failed(type(exc).__name__) from None


@asynccontextmanager
async def _timer_at_work(timer: str) -> AsyncIterator[Services]:
    async with _at_work() as services:
        try:
            yield services
        except Exception as exc:
            services.log.error("timer_failed", failure=exc, timer=timer)
            raise


async def _take_through(message: func.QueueMessage, deliver: Deliver, give_up: GiveUp, *, failure: str) -> None:
    """Deliver the message, and after the last delivery give it up with its reason."""
    text = message.get_body().decode(errors="replace")
    async with _at_work() as services:
        try:
            await deliver(services, text)
        except Exception as exc:
            services.log.error(failure, failure=exc, delivery=message.dequeue_count)
            if (message.dequeue_count or 1) < LAST_DELIVERY:
                raise
            await give_up(services, text, exc)
