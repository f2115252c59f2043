"""Short ways to ask the planner: one person, one group, one night."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync_core.domain.field_settings import FieldSettings, Switches
from sync_core.domain.options import SyncOptions
from sync_core.domain.planning import PersonPlan, Rules, plan_left, plan_seen
from tests.builders import GROUP, MIDNIGHT, RECIPIENT, an_entra_user

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.directory import Recipient
    from sync_core.domain.entra import EntraUser
    from sync_core.domain.ids import GroupId

#  `a_recipient` was read at MIDNIGHT; this is the night after.
TONIGHT = MIDNIGHT + timedelta(days=1)

#  Everything else follows Entra with both switches on.
KEPT_ONCE = FieldSettings(fields={"jobTitle": Switches(overwrite=False)})
NOT_SYNCED = FieldSettings(fields={"jobTitle": Switches(sync=False)})


def rules(
    settings: FieldSettings | None = None, *, group: GroupId = GROUP, read_at: datetime = TONIGHT, **options: Any
) -> Rules:
    return Rules(group, SyncOptions(**options), settings or FieldSettings(), read_at)


def seen(
    held: Recipient | None, by: Rules | None = None, *, user: EntraUser | None = None, email_problem: str = ""
) -> PersonPlan:
    return plan_seen(
        user or an_entra_user(), held, recipient=RECIPIENT, rules=by or rules(), email_problem=email_problem
    )


def left(held: Recipient | None, by: Rules | None = None) -> PersonPlan:
    return plan_left(held, rules=by or rules(), reason="left-in-entra")


def after(plan: PersonPlan) -> Recipient:
    """Return the person as the plan leaves them; fails where it changes nothing."""
    assert plan.change is not None
    return plan.change.after


def with_values(**values: str | None) -> EntraUser:
    """Return a user whose values are the usual ones with these on top; None takes one away."""
    usual = dict(an_entra_user().values)
    return an_entra_user(values={name: value for name, value in (usual | values).items() if value is not None})
