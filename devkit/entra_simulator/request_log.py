"""Count what was asked of the simulated Graph and token endpoints."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import Any

_KEPT = 1000


@dataclass(frozen=True, slots=True)
class LoggedRequest:
    """*path* includes the query; *route* is its pattern; a dropped connection has status 0."""

    method: str
    path: str
    route: str
    status: int
    resource_units: int


@dataclass(slots=True)
class RequestLog:
    count: int = 0
    resource_units: int = 0
    by_route: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    recent: deque[LoggedRequest] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def record(self, request: LoggedRequest) -> None:
        self.count += 1
        self.resource_units += request.resource_units
        self.by_route[f"{request.method} {request.route}"] += 1
        self.by_status[request.status] += 1
        self.recent.append(request)

    def to_json(self) -> dict[str, Any]:
        """Return the totals, and the last 1,000 requests, oldest first."""
        return {
            "count": self.count,
            "resourceUnits": self.resource_units,
            "byRoute": dict(sorted(self.by_route.items())),
            "byStatus": {str(status): count for status, count in sorted(self.by_status.items())},
            "recent": [
                {("resourceUnits" if name == "resource_units" else name): value for name, value in pairs.items()}
                for pairs in map(asdict, self.recent)
            ],
        }
