"""A run that one delivery has claimed, and everything that it was decided on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync_core.domain.directory import LinkedGroup
    from sync_core.domain.ids import TenantId
    from sync_core.domain.orders import SyncOrder
    from sync_core.domain.runs import Run
    from sync_core.domain.workspaces import Rulebook
    from sync_core.flows.lease import Lease
    from sync_core.ports import Stored


@dataclass(slots=True)
class ClaimedRun:
    """A run that is ours to work on, with everything it was decided on. *run* moves on as the run does.

    *doubtful*: journal pages whose transaction was refused, which may have landed all the same: the storage
    client repeats a request whose answer was lost, and the repeat finds what the first one wrote.
    """

    order: SyncOrder
    group: LinkedGroup
    tenant: TenantId
    rulebook: Rulebook
    lease: Lease
    run: Stored[Run]
    doubtful: set[str] = field(default_factory=set)
