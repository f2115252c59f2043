"""One invocation of a function: inputs decoded, run, outputs written, told in the log as the host does."""

from __future__ import annotations

import logging
import time
import uuid
from concurrent.futures import thread
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from devkit.functions_host import execution
from devkit.functions_host.context import InvocationContext, RetryContext, RpcException
from devkit.functions_host.converters import decode, encode
from devkit.functions_host.functions import RETURN, HttpOutput, LoadedFunction, QueueOutput
from devkit.functions_host.queue_outputs import message_texts

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from pathlib import Path

    from azure.functions.meta import Datum

    from devkit.functions_host.execution import FunctionRunner

#  Where every trace begins, whatever the function.
_HOST_FILES = (__file__, execution.__file__, thread.__file__)
VIA_HOST_API = "This function was programmatically called via the host APIs."


class OutputSender(Protocol):
    async def send_outputs(self, output: QueueOutput, texts: Sequence[str]) -> None:
        """Put *texts* on the output's queue; raises when storage refuses one."""


@dataclass(frozen=True, slots=True)
class Call:
    """Why a function is called and with what; *details* follow the reason in the log."""

    raw: Datum
    reason: str
    metadata: Mapping[str, Datum] = field(default_factory=dict)
    details: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """*error* is None after success; *response* is what an HTTP function returned."""

    error: BaseException | None = None
    response: Datum | None = None

    @property
    def succeeded(self) -> bool:
        return self.error is None


class Out:
    """An output parameter, see azure.functions.Out."""

    def __init__(self) -> None:
        self._value: Any = None

    def set(self, value: Any) -> None:
        self._value = value

    def get(self) -> Any:
        return self._value


class Invoker:
    """Invokes the functions of one app."""

    def __init__(
        self,
        *,
        root: Path,
        sender: OutputSender,
        runner: FunctionRunner,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._root = root
        self._sender = sender
        self._runner = runner
        self._sleep = sleep
        self._running: set[str] = set()

    @property
    def running(self) -> int:
        """How many invocations are under way."""
        return len(self._running)

    async def invoke(self, function: LoadedFunction, call: Call) -> Outcome:
        """Run the function once, or as often as its retry policy says; never raises for its failure."""
        policy, attempt, error = function.retry, 0, None
        limit = policy.limit if policy else 0
        while True:
            retry = RetryContext(
                retry_count=attempt,
                max_retry_count=-1 if limit is None else limit,
                exception=RpcException.of(error) if error else None,
            )
            outcome = await self._invoke_once(function, call, retry)
            error = outcome.error
            if error is None or policy is None or (limit is not None and attempt >= limit):
                return outcome
            attempt += 1
            await self._sleep(policy.wait(attempt).total_seconds())

    async def _invoke_once(self, function: LoadedFunction, call: Call, retry: RetryContext) -> Outcome:
        log = logging.getLogger(f"Function.{function.name}")
        context = InvocationContext(
            invocation_id=str(uuid.uuid4()), function_name=function.name, root=self._root, retry=retry
        )
        started, invocation = time.monotonic(), context.invocation_id
        log.info("Executing 'Functions.%s' (Reason='%s', Id=%s)", function.name, call.reason, invocation)
        if call.details:
            log.info("Trigger Details: %s", call.details)
        self._running.add(invocation)
        outcome = Outcome()
        try:
            outcome = await self._run(function, call, context)
        except Exception as error:  # noqa: BLE001  whatever a function raises is its failure, never the host's
            outcome = Outcome(error=error)
        finally:
            self._running.discard(invocation)
        word = "Succeeded" if outcome.succeeded else "Failed"
        milliseconds = round((time.monotonic() - started) * 1000)
        log.log(
            logging.INFO if outcome.succeeded else logging.ERROR,
            "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)",
            *(function.name, word, invocation, milliseconds),
            exc_info=outcome.error and _without_host_frames(outcome.error),
        )
        return outcome

    async def _run(self, function: LoadedFunction, call: Call, context: InvocationContext) -> Outcome:
        arguments = {function.trigger_parameter: decode(function.trigger_type, call.raw, call.metadata)}
        outs = {output.name: Out() for output in function.outputs if output.name != RETURN}
        if function.wants_context:
            arguments["context"] = context
        returned = await self._runner.run(function, {**arguments, **outs}, context)
        values = {name: out.get() for name, out in outs.items() if out.get() is not None}
        if any(output.name == RETURN for output in function.outputs):
            values[RETURN] = returned
        elif returned is not None:
            raise RuntimeError(f"function {function.name!r} without a $return binding returned a non-None value")
        return Outcome(response=await self._write(function, values))

    async def _write(self, function: LoadedFunction, values: Mapping[str, Any]) -> Datum | None:
        response = None
        #  All are encoded before the first is sent.
        encoded = [
            (output, encode("http" if isinstance(output, HttpOutput) else "queue", values[output.name]))
            for output in function.outputs
            if output.name in values
        ]
        for output, raw in encoded:
            if isinstance(output, HttpOutput):
                response = raw
            else:
                await self._sender.send_outputs(output, message_texts(raw))
        return response


def _without_host_frames(error: BaseException) -> BaseException:
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename in _HOST_FILES:
        trace = trace.tb_next
    return error if trace is None else error.with_traceback(trace)
