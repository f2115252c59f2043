"""The caller, and what they can manage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from schedules_api.callers import Role
from schedules_api.shapes.base import LEFT_OUT, Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schedules_api.callers import Caller
    from sync_core.domain.workspaces import Workspace


class MyWorkspaceAnswer(Answer):
    id: str
    name: str
    plan: str


class MeAnswer(Answer):
    """Who calls, and the workspaces that the caller's tenant manages: none for a caller without a role."""

    id: Annotated[str, Field(description="The object id of the person or the service.")]
    tenant_id: str
    roles: Annotated[list[Role], Field(description="The app roles of this API that count.")]
    workspaces: list[MyWorkspaceAnswer]
    continuation_token: str | None = LEFT_OUT


def me_answer(caller: Caller, workspaces: Sequence[Workspace], continuation_token: str | None) -> MeAnswer:
    return MeAnswer(
        id=caller.id,
        tenant_id=caller.tenant,
        roles=sorted(caller.roles),
        workspaces=[MyWorkspaceAnswer.model_validate(workspace) for workspace in workspaces],
        continuation_token=continuation_token,
    )
