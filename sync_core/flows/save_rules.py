"""Save a workspace's field settings and sync options; saving confirms them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.domain.errors import RowConflict, SyncRefused, TryAgainLater

if TYPE_CHECKING:
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.workspaces import Rulebook
    from sync_core.flows.services import Services
    from sync_core.ports import Stored

#  Each round somebody else has saved in between; people do not do that so often.
_ROUNDS = 8

_SOON = timedelta(seconds=5)


async def save_rules(
    services: Services, workspace: WorkspaceId, rules: Rulebook, *, read: Stored[Rulebook] | None = None
) -> Rulebook:
    """Save *rules*, confirmed now, and return them; the next run starts with them. Equal ones are left as they are.

    *read*: what they are to replace; None: whatever is there by then.

    Raises:
        SyncRefused: ``options-changed``: there are others than *read* by now.
        TryAgainLater: others kept saving theirs.
    """
    wanted = replace(rules, confirmed_at=services.clock.now())
    found = await services.workspaces.rulebook(workspace) if read is None else read
    for _ in range(_ROUNDS):
        if _are_saved(wanted, found.value):
            return found.value
        try:
            await services.workspaces.save_rulebook(workspace, wanted, etag=found.etag)
        except RowConflict:
            found = await services.workspaces.rulebook(workspace)
            #  Equal ones can be our own: the storage client repeats a request whose answer was lost.
            if read is not None and not _are_saved(wanted, found.value):
                raise _changed() from None
        else:
            services.log.info("rules_saved", workspace=workspace)
            return wanted
    raise TryAgainLater("others kept saving sync options", after=_SOON)


def _are_saved(wanted: Rulebook, found: Rulebook) -> bool:
    return found.confirmed_at is not None and replace(found, confirmed_at=wanted.confirmed_at) == wanted


def _changed() -> SyncRefused:
    return SyncRefused(
        "options-changed", "The sync options were changed by somebody else meanwhile; look at them again."
    )
