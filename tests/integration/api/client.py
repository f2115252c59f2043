"""Calls the registered functions as the host does: by route, with the request object that they really get."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import azure.functions as func

from devkit.functions_host.route_templates import RouteTemplate
from schedules_api.routes import blueprint
from sync_core.settings import EntraSettings, Settings, StorageSettings
from tests.fakes.tokens import API, AUDIENCE
from tests.integration.api.callers import MANAGER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from sync_core.flows.services import Services
    from tests.integration.api.callers import As

#  Tests' clocks stand still, and with them what a minute may hold.
SETTINGS = Settings(
    StorageSettings(), EntraSettings(AUDIENCE), replace(API, requests_per_minute=1_000_000), development=True
)
_HOST = "http://localhost:7071"


@dataclass(frozen=True, slots=True)
class Answered:
    """A response, its body read."""

    status: int
    headers: Mapping[str, str]
    kind: str
    text: str
    json: Any

    @property
    def problem(self) -> str:
        """The end of the problem's type, once it is a well-formed problem at all."""
        assert self.kind == "application/problem+json"
        assert self.json["status"] == self.status
        assert self.json["title"]
        assert self.json["detail"]
        assert self.json["instance"] == f"urn:scheduled-syncs:request:{self.headers['X-Request-Id']}"
        prefix, _, code = self.json["type"].rpartition(":")
        assert prefix == "urn:scheduled-syncs:problem"
        return str(code)

    @property
    def wrong(self) -> list[str]:
        """The fields that a problem names."""
        return [error["field"] for error in self.json["errors"] if error["reason"]]


@dataclass
class Api:
    """The API over *services*, which may also be a function that fails."""

    services: Callable[[], Awaitable[Services]]
    settings: Settings = SETTINGS
    _functions: list[tuple[RouteTemplate, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
        app.register_functions(blueprint(self.services, self.settings))
        for function in app.get_functions():
            trigger = function.get_trigger()
            assert trigger is not None
            route = RouteTemplate.parse(trigger.get_dict_repr()["route"])
            self._functions.append((route, function.get_user_function()))

    async def call(
        self,
        method: str,
        address: str,
        value: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        caller: As | None = MANAGER,
    ) -> Answered:
        """Send *value* as JSON, or *body* as it is; *caller* signs it, None being nobody."""
        if body is None:
            body = b"" if value is None else json.dumps(value).encode()
        kind = {"Content-Type": "application/json"} if body else {}
        signed = {} if caller is None else {"Authorization": f"Bearer {caller.token}"}
        function, parameters = self._find(address.partition("?")[0])
        request = func.HttpRequest(
            method,
            f"{_HOST}{address}",
            headers={**kind, **signed, **(headers or {})},
            route_params=parameters,
            body=body,
        )
        response = await function(request)
        text = response.get_body().decode()
        return Answered(
            response.status_code,
            dict(response.headers),
            response.mimetype,
            text,
            json.loads(text) if text and response.mimetype.endswith("json") else None,
        )

    async def get(self, address: str, *, caller: As | None = MANAGER, **headers: str) -> Answered:
        return await self.call("GET", address, headers=headers, caller=caller)

    def _find(self, path: str) -> tuple[Any, dict[str, str]]:
        for route, function in self._functions:
            parameters = route.match(path.lstrip("/"))
            if parameters is not None:
                return function, parameters
        raise LookupError(path)
