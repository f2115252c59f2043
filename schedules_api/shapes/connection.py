"""A connection to Entra ID as the API shows it, and what Entra ID sends an administrator back with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field

from schedules_api.shapes.base import Answer, Query
from sync_core.flows.show_connection import ConsentState, ShownStatus

if TYPE_CHECKING:
    from sync_core.flows.manage_connection import ConsentLink
    from sync_core.flows.show_connection import ConnectionShown

Tenant = Annotated[
    str, Field(description="The Entra tenant's id.", examples=["7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"])
]
Code = Annotated[
    str,
    Field(
        description="Why it does not work, stable; empty where nothing stands in the way.",
        examples=["consent-missing"],
    ),
]
Reason = Annotated[str, Field(description="The same for people.")]
Fix = Annotated[str, Field(description="The next step, for people.", examples=["Connect Entra ID again."])]


class ConsentAnswer(Answer):
    """What was asked of an administrator last."""

    state: Annotated[
        ConsentState,
        Field(description="`trying`: given, and what it allows is on its way. `open`: the link can still be used."),
    ]
    expires_at: Annotated[datetime, Field(description="Until when the link works.")]
    code: Code
    reason: Reason
    fix: Fix


class ConnectionAnswer(Answer):
    """The connection. One in use goes on as it is while consent is asked for anew."""

    status: ShownStatus
    tenant_id: Annotated[Tenant | None, Field(validation_alias="tenant")]
    since: Annotated[datetime | None, Field(description="When it got its status, where that was noted.")]
    code: Code
    reason: Reason
    fix: Fix
    tried_at: Annotated[
        datetime | None, Field(description="When it was tried last, while it does not work; null while it does.")
    ]
    consent: ConsentAnswer | None


class ConsentLinkAnswer(Answer):
    """The link for an administrator, told this once: it works once, and for an hour."""

    consent_url: Annotated[
        str, Field(description="The page of Entra ID on which an administrator of the tenant consents.")
    ]
    tenant_id: Tenant
    expires_at: Annotated[datetime, Field(description="Until when the link works.")]


class CallbackQuery(Query):
    """What Entra ID sends an administrator's browser back with; it may say more than we know of.

    Names: learn.microsoft.com, "Admin consent on the Microsoft identity platform".
    """

    model_config = ConfigDict(extra="ignore", alias_generator=None)

    state: Annotated[str, Field(max_length=200, description="As the consent link carried it.")]
    tenant: Annotated[str, Field(max_length=64, description="Whose administrator answers.")] = ""
    admin_consent: Annotated[str, Field(max_length=16, description="`True` where Entra ID asked.")] = ""
    scope: Annotated[str, Field(description="What was consented to.")] = ""
    error: Annotated[str, Field(max_length=200, description="Why there is no consent.")] = ""
    error_description: Annotated[str, Field(description="The same for developers.")] = ""

    @property
    def is_granted(self) -> bool:
        """Whether the administrator said yes; ``admin_consent`` comes with errors, too."""
        return self.admin_consent.lower() == "true" and not self.error


def connection_answer(connection: ConnectionShown) -> ConnectionAnswer:
    return ConnectionAnswer.model_validate(connection)


def consent_link_answer(link: ConsentLink, *, consent_url: str) -> ConsentLinkAnswer:
    return ConsentLinkAnswer(consent_url=consent_url, tenant_id=link.tenant, expires_at=link.expires_at)
