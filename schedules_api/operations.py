"""How a call is declared: what it takes, who may make it, what it answers.

The same declaration checks each request and makes the OpenAPI document, so that the two cannot differ.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from schedules_api.requests import group_in, recipient_in, run_in, workspace_in
from schedules_api.shapes.base import NoQuery

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from collections.abc import Set as AbstractSet

    import azure.functions as func
    from pydantic import BaseModel, TypeAdapter

    from schedules_api.callers import Caller
    from schedules_api.shapes.base import Query
    from sync_core.domain.ids import GroupId, RecipientId, RunId, WorkspaceId
    from sync_core.flows.services import Services
    from sync_core.settings import Settings

#  Storage can take a connection and then say nothing for minutes.
PATIENCE = timedelta(seconds=60)

Q = TypeVar("Q")
B = TypeVar("B")


class Access(Enum):
    """Who may make a call. ``READ`` and ``MANAGE`` go for one workspace: that of the path."""

    ANYBODY = auto()
    SIGNED_IN = auto()
    READ = auto()
    MANAGE = auto()
    PLATFORM = auto()


@dataclass(frozen=True, slots=True)
class Text:
    """An answer that is no JSON."""

    text: str
    mimetype: str


@dataclass(frozen=True, slots=True)
class File:
    """An answer that goes out as it was read."""

    content: bytes
    mimetype: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call answers where nothing went wrong."""

    body: BaseModel | Text | File | None = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Call(Generic[Q, B]):
    """One request, as far as it was found good: who calls, its *query* and its *body*.

    The ids of the path raise the problem of not being found where nothing can have such an id.
    """

    request: func.HttpRequest
    services: Services
    settings: Settings
    caller: Caller
    query: Q
    body: B

    @property
    def workspace(self) -> WorkspaceId:
        return workspace_in(self.request)

    @property
    def group(self) -> GroupId:
        return group_in(self.request)

    @property
    def run(self) -> RunId:
        return run_in(self.request)

    @property
    def recipient(self) -> RecipientId:
        return recipient_in(self.request)


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body that a call needs. *tag*: the field that tells which of several shapes is meant."""

    shape: TypeAdapter[Any]
    tag: str | None = None
    examples: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """Where a client can go on from an answer: another operation, and which of its parameters come from where.

    Values are runtime expressions (OpenAPI 3.1, "Link Object"); parameters of the same path come along by themselves.
    """

    to: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address.

    *answers*: by status, the shape or None where there is no body. *media*: what is answered beside JSON.
    *conditions*: takes ``If-Match`` and ``If-None-Match``. *problems*: the codes that are this call's own; those of
    every call are known. *links*: what a successful answer leads to. *patience*: after which the call is given up.
    """

    run: Callable[[Call[Any, Any]], Awaitable[Reply]]
    id: str
    summary: str
    access: Access
    answers: Mapping[HTTPStatus, type[BaseModel] | None]
    query: type[Query] = NoQuery
    body: JsonBody | None = None
    conditions: bool = False
    problems: AbstractSet[str] = frozenset()
    links: tuple[Link, ...] = ()
    media: tuple[str, ...] = ()
    description: str = ""
    patience: timedelta = PATIENCE


@dataclass(frozen=True, slots=True)
class Route:
    """The operations of one address, by method. *counted*: requests count towards what their caller may make."""

    name: str
    path: str
    operations: Mapping[str, Operation]
    counted: bool = True

    @property
    def allow(self) -> str:
        """Return what the ``Allow`` header says; ``HEAD`` is answered wherever ``GET`` is."""
        methods = {*self.operations, *(["HEAD"] if "GET" in self.operations else [])}
        return ", ".join(sorted(methods))

    @property
    def is_open(self) -> bool:
        """Whether nothing at this address needs sign-in."""
        return all(operation.access is Access.ANYBODY for operation in self.operations.values())

    def operation(self, method: str) -> Operation | None:
        return self.operations.get("GET" if method == "HEAD" else method)

    def patience(self, method: str) -> timedelta:
        operation = self.operation(method)
        return PATIENCE if operation is None else operation.patience
