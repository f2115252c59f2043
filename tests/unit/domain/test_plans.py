from __future__ import annotations

import pytest

from sync_core.domain.plans import refusal_of
from sync_core.domain.schedule import Cadence
from tests.builders import DAILY, MONDAYS


@pytest.mark.parametrize("cadence", [DAILY, MONDAYS, Cadence("weekly", 6)], ids=lambda cadence: cadence.slot)
def test_enterprise_may_schedule_anything(cadence: Cadence) -> None:
    assert refusal_of("enterprise", cadence) is None


def test_business_may_schedule_weekly() -> None:
    assert refusal_of("business", MONDAYS) is None


def test_business_may_not_schedule_daily() -> None:
    refusal = refusal_of("business", DAILY)

    assert refusal is not None
    assert refusal.code == "daily-needs-enterprise"


@pytest.mark.parametrize("plan", ["", "free", "pro", "Enterprise "])
@pytest.mark.parametrize("cadence", [DAILY, MONDAYS], ids=lambda cadence: cadence.slot)
def test_any_other_plan_may_schedule_nothing(plan: str, cadence: Cadence) -> None:
    refusal = refusal_of(plan, cadence)

    assert refusal is not None
    assert refusal.code == "plan-required"
