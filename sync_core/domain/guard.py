"""Whether so many people may be taken out without asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sync_core.domain.options import RemovalGuard

_WHOLE = 100


def why_held(guard: RemovalGuard, *, leaving: int, members: int) -> str | None:
    """Return why *leaving* of *members* must wait for a person, or None where they may go.

    *leaving* counts removals and deactivations, *members* who was in the group before.
    """
    if not guard.enabled or leaving == 0:
        return None
    if leaving >= members:
        return f"This run would take out everybody: {leaving} of {members} members."
    if leaving > guard.maximum:
        return f"This run would take out {leaving} people, more than {guard.maximum}."
    if leaving >= guard.minimum and leaving * _WHOLE > guard.percent * members:
        return f"This run would take out {leaving} of {members} members, more than {guard.percent} %."
    return None
