"""What the admins of the tenants have granted to apps, some of it only after a while."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class LateRoles:
    """Application permissions that were consented to and take effect at *arrive*."""

    roles: tuple[str, ...]
    arrive: datetime


@dataclass(slots=True)
class Grants:
    """*consents*: by tenant, then by client id, the application permissions for Graph that are in effect.

    *late*: by tenant and client id, those that are still to come. *delay*: how long that takes after a consent.
    *app_roles*: what an app may do at another API, by tenant, client id and the API's client id.
    """

    consents: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    late: dict[tuple[str, str], LateRoles] = field(default_factory=dict)
    app_roles: dict[tuple[str, str, str], tuple[str, ...]] = field(default_factory=dict)
    delay: timedelta = timedelta(0)

    def is_known(self, tenant_id: str, client_id: str) -> bool:
        """Tell whether the tenant has a service principal of the app: by consent, or because roles were assigned."""
        assigned = {name for tenant, *pair in self.app_roles if tenant == tenant_id for name in pair}
        return client_id in self.consents.get(tenant_id, {}) or client_id in assigned

    def graph_roles(self, tenant_id: str, client_id: str, *, now: datetime) -> tuple[str, ...]:
        """Return the application permissions that have taken effect."""
        roles = self.consents.get(tenant_id, {}).get(client_id, ())
        late = self.late.get((tenant_id, client_id))
        return roles if late is None or late.arrive > now else (*roles, *late.roles)

    def consent(self, tenant_id: str, client_id: str, roles: Iterable[str], *, now: datetime) -> None:
        """Add *roles*, after the delay where there is one; what the app has already stays in effect."""
        held = self.graph_roles(tenant_id, client_id, now=now)
        new = tuple(role for role in roles if role not in held)
        if self.delay:
            self.replace(tenant_id, client_id, held)
            self.late[tenant_id, client_id] = LateRoles(new, now + self.delay)
        else:
            self.replace(tenant_id, client_id, (*held, *new))

    def replace(self, tenant_id: str, client_id: str, roles: tuple[str, ...]) -> None:
        """Let the app have these permissions at once, and no others."""
        self.late.pop((tenant_id, client_id), None)
        self.consents.setdefault(tenant_id, {})[client_id] = roles

    def revoke(self, tenant_id: str, client_id: str) -> None:
        self.late.pop((tenant_id, client_id), None)
        self.consents.get(tenant_id, {}).pop(client_id, None)

    def forget_tenant(self, tenant_id: str) -> None:
        self.consents.pop(tenant_id, None)
        self.late = {key: late for key, late in self.late.items() if key[0] != tenant_id}
        self.app_roles = {key: roles for key, roles in self.app_roles.items() if key[0] != tenant_id}
