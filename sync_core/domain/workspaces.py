"""A customer: its plan, its connection to Entra ID and the rules it syncs by."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.field_settings import FieldSettings
from sync_core.domain.options import SyncOptions

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.consent import Consent
    from sync_core.domain.ids import TenantId, WorkspaceId


@dataclass(frozen=True, slots=True)
class Workspace:
    """*tenant*: whose people manage the workspace. *revision*: rises with every change."""

    id: WorkspaceId
    name: str
    plan: str
    tenant: TenantId | None = None
    revision: int = 1


class ConnectionStatus(StrEnum):
    PENDING = "pending"
    CONNECTED = "connected"
    FAILED = "failed"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True, slots=True)
class Connection:
    """The link to one Entra tenant.

    *code* and *reason*: why it failed, stable and for people. *tried_at*: when we last set out to find whether it
    works (again), None while it does. *since*: when it got its status, None where nobody noted it. *consent*: what
    was asked last; a connection in use goes on as it is while it is asked for anew. Times are aware UTC.
    """

    tenant: TenantId
    status: ConnectionStatus
    code: str = ""
    reason: str = ""
    failed_at: datetime | None = None
    tried_at: datetime | None = None
    since: datetime | None = None
    consent: Consent | None = None

    @property
    def in_use(self) -> bool:
        """Whether it was consented to, and nobody ended it since: one that failed may work again by itself."""
        return self.status in {ConnectionStatus.CONNECTED, ConnectionStatus.FAILED}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Field settings and sync options. Not *confirmed_at* once: no sync runs."""

    options: SyncOptions = field(default_factory=SyncOptions)
    settings: FieldSettings = field(default_factory=FieldSettings)
    confirmed_at: datetime | None = None
