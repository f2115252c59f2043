"""Which function carries out which command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops import holds, journal, night, one_run, queue, runs, schedules, status, workspaces
from ops.poison import acting, showing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Mapping

    from ops.desk import Desk
    from ops.exits import Exit

    Work = Callable[[argparse.Namespace, Desk], Awaitable[Exit]]

COMMANDS: Mapping[str, Work] = {
    "status": status.status,
    "runs": runs.runs,
    "run": one_run.one_run,
    "workspaces": workspaces.list_workspaces,
    "queue peek": queue.peek,
    "poison list": showing.list_poison,
    "poison show": showing.show_poison,
    "poison redrive": acting.redrive,
    "poison discard": acting.discard,
    "night enqueue": night.enqueue,
    "schedule pause": schedules.pause,
    "hold list": holds.list_holds,
    "journal export": journal.export,
}
