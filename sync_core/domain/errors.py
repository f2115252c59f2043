"""Every error of ours, named for what should happen next.

::

    SyncError
    ├── TryAgainLater        the order goes back on the queue and is delivered again after a delay
    ├── SyncRefused          the run ends here with a reason that a person can act on
    │   ├── EntraRefused     Entra ID said no: consent, permission, secret, tenant
    │   ├── GroupGone        the linked group is not in Entra any more
    │   └── RunActive        a run of the group is under way, which this would have to wait for
    ├── LeaseLost            another delivery took this group over: stop at once, change nothing more
    ├── BadOrder             the queue message can never be carried out: poison queue, at once
    ├── RowConflict          a row was not as expected: read it again and decide again
    └── SettingError         a setting is missing or wrong: nothing starts

A failed read is always one of these; it never becomes an empty result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import timedelta

    from sync_core.domain.runs import Run


class SyncError(Exception):
    """Base of all of the product's own errors."""


class TryAgainLater(SyncError):
    """The same order can succeed later: deliver it again after *after*."""

    def __init__(self, reason: str, *, after: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after


class SyncRefused(SyncError):
    """The run cannot be done as things stand; *code* is stable, *reason* is for people and tells the fix.

    *field*: the path of what was asked for and cannot be, such as ``values.jobTitle``; empty where it is all of it.
    """

    def __init__(self, code: str, reason: str, *, field: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.field = field


class EntraRefused(SyncRefused):
    """Entra ID refuses us for the whole tenant."""


class GroupGone(SyncRefused):
    """Entra ID answers that the linked group does not exist."""


class RunActive(SyncRefused):
    """*run* of the same group is under way: wait for it, or cancel it."""

    def __init__(self, run: Run, reason: str) -> None:
        super().__init__("run-active", reason)
        self.run = run


class LeaseLost(SyncError):
    """The group's lease is no longer ours."""


class BadOrder(SyncError):
    """A queue message that no delivery can ever carry out."""


class RowConflict(SyncError):
    """A conditional write found something else; nothing of its transaction was stored.

    *index* is the position, within the transaction, of the first row that did not fit.
    """

    def __init__(self, table: str, index: int) -> None:
        super().__init__(f"a row of {table} was not as expected")
        self.table = table
        self.index = index


class SettingError(SyncError):
    """A setting is missing or wrong."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name
        self.problem = problem
