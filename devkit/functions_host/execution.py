"""Runs a function's own code: on the event loop or on a thread, within the time limit."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from devkit.functions_host.context import current_function
from devkit.functions_host.time_spans import write_time_span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from devkit.functions_host.context import InvocationContext
    from devkit.functions_host.functions import LoadedFunction


class FunctionTimedOut(Exception):
    """The function ran longer than host.json's functionTimeout."""


class FunctionCancelled(Exception):
    """The function let a cancellation of its own out."""


class FunctionRunner:
    """Async functions share the loop, others a pool; *threads* None means Python's own default."""

    def __init__(self, *, timeout: timedelta | None, threads: int | None) -> None:
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="function")

    def close(self) -> None:
        """Take no more; threads that still run are left."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, function: LoadedFunction, arguments: Mapping[str, Any], context: InvocationContext) -> Any:
        """Return what the function returns, or raise what it raises.

        Raises:
            FunctionTimedOut: It took too long; a coroutine is cancelled, a thread runs on unheeded.
            FunctionCancelled: It ended with a CancelledError that nobody here asked for.
        """
        token = current_function.set(function.name)
        try:
            task = asyncio.ensure_future(self._start(function, arguments, context))
        finally:
            current_function.reset(token)
        limit = None if self._timeout is None else self._timeout.total_seconds()
        try:
            await asyncio.wait({task}, timeout=limit)
        finally:
            if not task.done():
                task.cancel()
                task.add_done_callback(_look_at)
        if task.cancelled():
            raise FunctionCancelled(f"function {function.name!r} was cancelled from within")
        if task.done():
            return task.result()
        raise self._timed_out(function, context)

    async def _start(self, function: LoadedFunction, arguments: Mapping[str, Any], context: InvocationContext) -> Any:
        if function.is_async:
            return await function.call(**arguments)

        def on_thread() -> Any:
            context.mark_thread()
            return function.call(**arguments)

        copied = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, copied.run, on_thread)

    def _timed_out(self, function: LoadedFunction, context: InvocationContext) -> FunctionTimedOut:
        sentence = (
            f"Timeout value of {write_time_span(self._timeout) if self._timeout else '-1'} exceeded by function"
            f" 'Functions.{function.name}' (Id: '{context.invocation_id}'). Initiating cancellation."
        )
        logging.getLogger(f"Function.{function.name}").error(sentence)
        return FunctionTimedOut(sentence)


def _look_at(task: asyncio.Future[Any]) -> None:
    #  Nobody awaits a task that was given up; looking at its error keeps asyncio from complaining.
    if not task.cancelled():
        task.exception()
