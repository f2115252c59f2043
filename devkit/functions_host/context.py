"""What a function can learn about its own invocation."""

from __future__ import annotations

import secrets
import threading
import traceback
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import azure.functions as func

if TYPE_CHECKING:
    from pathlib import Path

#  The function whose invocation the running code belongs to, for the log lines it writes.
current_function: ContextVar[str | None] = ContextVar("current_function", default=None)

_thread_local_storage: Any = threading.local()


@dataclass(frozen=True, slots=True)
class RpcException:
    """The error of the attempt before, as texts."""

    source: str
    message: str
    stack_trace: str

    @classmethod
    def of(cls, error: BaseException) -> RpcException:
        return cls(type(error).__name__, str(error), "".join(traceback.format_exception(error)))


@dataclass(frozen=True, slots=True)
class RetryContext:
    """Which attempt of a retry policy this is, 0 being the first."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: RpcException | None = None


def _new_trace_parent() -> str:
    #  A W3C traceparent that is not sampled.
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


@dataclass(frozen=True, slots=True)
class TraceContext:
    trace_parent: str = field(default_factory=_new_trace_parent)
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


class InvocationContext(func.Context):
    """The ``context`` parameter of a function."""

    def __init__(self, *, invocation_id: str, function_name: str, root: Path, retry: RetryContext) -> None:
        self._invocation_id = invocation_id
        self._function_name = function_name
        self._root = root
        self._retry = retry
        self._trace = TraceContext()

    @property
    def invocation_id(self) -> str:
        return self._invocation_id

    @property
    def thread_local_storage(self) -> Any:
        return _thread_local_storage

    @property
    def function_name(self) -> str:
        return self._function_name

    @property
    def function_directory(self) -> str:
        return str(self._root)

    @property
    def trace_context(self) -> Any:
        return self._trace

    @property
    def retry_context(self) -> Any:
        return self._retry

    def mark_thread(self) -> None:
        """Let code on this thread find the invocation's id in the thread's own storage."""
        _thread_local_storage.invocation_id = self._invocation_id
