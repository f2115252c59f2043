"""What becomes of one held person where the removal is approved, told before anybody decides."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sync_core.domain.holds import HeldKind
from sync_core.domain.planning import plan_left

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient
    from sync_core.domain.holds import HeldPerson
    from sync_core.domain.planning import Rules


class HeldEffect(StrEnum):
    """``leaves`` the group alone; or ``becomes-inactive`` or ``is-deleted`` with it; ``none``: stays as they are."""

    NONE = "none"
    LEAVES = "leaves"
    BECOMES_INACTIVE = "becomes-inactive"
    IS_DELETED = "is-deleted"


def effect_on(held: HeldPerson, person: Recipient | None, *, rules: Rules) -> HeldEffect:
    """Return what approving does to *person*, by the very plan that the decision's run carries out."""
    if held.kind is HeldKind.DEACTIVATION:
        return HeldEffect.NONE if person is None else HeldEffect.BECOMES_INACTIVE
    change = plan_left(person, rules=rules, reason=held.reason).change
    if change is None:
        return HeldEffect.NONE
    if change.after.deleted:
        return HeldEffect.IS_DELETED
    return HeldEffect.BECOMES_INACTIVE if change.deactivates else HeldEffect.LEAVES
