"""What every command works with: the product's services, the queues' messages, and where to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ops.output import Output
    from sync_core import ports
    from sync_core.flows.services import Services


@dataclass(frozen=True, slots=True)
class Desk:
    services: Services
    messages: ports.Messages
    out: Output

    @property
    def now(self) -> datetime:
        return self.services.clock.now()
