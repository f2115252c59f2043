"""Which plan may schedule what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync_core.domain.schedule import Cadence

BUSINESS = "business"
ENTERPRISE = "enterprise"

SCHEDULING_PLANS = (BUSINESS, ENTERPRISE)


@dataclass(frozen=True, slots=True)
class PlanRefusal:
    """Why the plan does not allow a schedule. *code* is stable, *reason* is for people."""

    code: str
    reason: str


def refusal_of(plan: str, cadence: Cadence) -> PlanRefusal | None:
    """Return why *plan* does not include *cadence*, or None where it does."""
    if plan not in SCHEDULING_PLANS:
        return PlanRefusal("plan-required", "Scheduled syncs need the Business or Enterprise plan.")
    if cadence.kind == "daily" and plan != ENTERPRISE:
        return PlanRefusal("daily-needs-enterprise", "Daily syncs need the Enterprise plan; weekly ones do not.")
    return None
