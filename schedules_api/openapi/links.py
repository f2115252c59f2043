"""Where clients can go on from an answer, for those that follow links by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schedules_api.openapi.parameters import names_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schedules_api.operations import Operation, Route


class Links:
    """The links between *routes*: the ids that two paths share come along by themselves."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._names = {
            operation.id: names_in(route.path) for route in routes for operation in route.operations.values()
        }

    def of(self, operation: Operation) -> dict[str, Any]:
        """Return what a successful answer of *operation* leads to.

        Raises:
            KeyError: a link leads to no operation.
        """
        return {link.to: self._link(operation, link.to, dict(link.parameters)) for link in operation.links}

    def _link(self, operation: Operation, to: str, parameters: dict[str, str]) -> dict[str, Any]:
        shared = [name for name in self._names[to] if name in self._names[operation.id]]
        return {
            "operationId": to,
            "parameters": {name: f"$request.path.{name}" for name in shared} | parameters,
        }
