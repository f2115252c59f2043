"""Who calls in the API's tests, each with a really signed token that outlasts every clock of theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from schedules_api.callers import Role
from tests.fakes.tokens import OTHER_TENANT, PERSON, PLATFORM_TENANT, TENANT, Signer

_BEGIN, _END = 1_577_836_800, 4_102_444_800  # 2020 and 2100


@dataclass(frozen=True, slots=True)
class As:
    """A person with *role* in *tenant*, or an app where *app* says so."""

    role: str | None
    tenant: str = TENANT
    oid: str = PERSON
    app: bool = False

    @property
    def token(self) -> str:
        return _token_of(self)


MANAGER = As(Role.MANAGE)
READER = As(Role.READ)
NO_ROLE = As(None)
STRANGER = As(Role.MANAGE, OTHER_TENANT)
PLATFORM = As(Role.PLATFORM, PLATFORM_TENANT, app=True)


@cache
def _token_of(caller: As) -> str:
    life: dict[str, Any] = {"iat": _BEGIN, "nbf": _BEGIN, "exp": _END}
    if caller.app:
        return Signer().app_token(role=caller.role, tenant=caller.tenant, **life)
    return Signer().token(role=caller.role, tenant=caller.tenant, oid=caller.oid, **life)
