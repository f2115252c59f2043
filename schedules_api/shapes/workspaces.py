"""A workspace as the platform sees and sets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, TypeAdapter

from schedules_api.shapes.base import Answer, Body
from sync_core.domain.ids import TenantId
from sync_core.domain.workspaces import Workspace

if TYPE_CHECKING:
    from sync_core.domain.ids import WorkspaceId

Name = Annotated[
    str,
    Field(
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$",
        description="One line of printable characters, not blank.",
        examples=["Acme"],
    ),
]
Plan = Annotated[
    str,
    Field(
        max_length=64,
        pattern="^[a-z0-9]+(-[a-z0-9]+)*$",
        description="Scheduled syncs come with `business`, daily ones with `enterprise`; any other plan has none.",
        examples=["enterprise", "business", "starter"],
    ),
]
Tenant = Annotated[
    str,
    Field(
        pattern="^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        description="The Entra tenant whose people manage the workspace, and the only one that it can connect to. "
        "Null: nobody does yet.",
        examples=["7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"],
    ),
]


class WorkspaceBody(Body):
    """A whole workspace, as the platform decides it."""

    name: Name
    plan: Plan
    tenant_id: Tenant | None

    def wanted(self, workspace: WorkspaceId) -> Workspace:
        tenant = None if self.tenant_id is None else TenantId(self.tenant_id.lower())
        return Workspace(workspace, self.name, self.plan, tenant)


class WorkspaceAnswer(Answer):
    """A workspace. Its ETag is its revision."""

    id: str
    name: str
    plan: str
    tenant_id: Annotated[str | None, Field(validation_alias="tenant")]


WORKSPACE = TypeAdapter(WorkspaceBody)
