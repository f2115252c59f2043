"""Everything that one running simulator knows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from devkit.entra_simulator.faults import FaultScript
from devkit.entra_simulator.grants import Grants
from devkit.entra_simulator.paging import PageTokens
from devkit.entra_simulator.request_log import RequestLog

if TYPE_CHECKING:
    from devkit.entra_simulator.apps import App
    from devkit.entra_simulator.tenant import Tenant
    from devkit.entra_simulator.tokens import TokenSigner


@dataclass(slots=True)
class Simulation:
    """*clock_offset* moves what the directory calls now; tokens are issued and expire in real time."""

    url: str
    signer: TokenSigner
    tenants: dict[str, Tenant] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    grants: Grants = field(default_factory=Grants)
    clock_offset: timedelta = timedelta(0)
    page_tokens: PageTokens = field(default_factory=PageTokens)
    faults: FaultScript = field(default_factory=FaultScript)
    log: RequestLog = field(default_factory=RequestLog)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.clock_offset

    @property
    def consents(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """The application permissions for Graph that are in effect, by tenant, then by client id."""
        return self.grants.consents


SIMULATION = web.AppKey("simulation", Simulation)
