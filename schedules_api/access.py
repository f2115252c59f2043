"""What a caller may do: by role, and by whose workspace it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedules_api.callers import Role
from schedules_api.operations import Access
from schedules_api.problems import Problem
from schedules_api.requests import no_workspace, workspace_in

if TYPE_CHECKING:
    import azure.functions as func

    from schedules_api.callers import Caller
    from sync_core.domain.workspaces import Workspace
    from sync_core.flows.services import Services

_ROLE = {Access.READ: Role.READ, Access.MANAGE: Role.MANAGE}


async def require(access: Access, caller: Caller, services: Services, request: func.HttpRequest) -> None:
    """Let the call through.

    Another tenant's workspace is answered like one that does not exist, and so is what only the platform may do:
    nobody learns which ids there are.

    Raises:
        Problem: ``workspace-not-found``; ``role-needed``: the workspace is the caller's, the role is missing.
        TryAgainLater: storage cannot be asked.
    """
    if access is Access.PLATFORM and not caller.may(Role.PLATFORM):
        raise no_workspace()
    role = _ROLE.get(access)
    if role is None:
        return
    found = await services.workspaces.workspace(workspace_in(request))
    if found is None or not (caller.may(Role.PLATFORM) or _manages(caller, found.value)):
        raise no_workspace()
    if not caller.may(role):
        raise Problem("role-needed", f"This needs the app role {role.value}; ask your administrator for it.")


def _manages(caller: Caller, workspace: Workspace) -> bool:
    return workspace.tenant is not None and workspace.tenant.lower() == caller.tenant.lower()
