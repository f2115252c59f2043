"""Who is registered in the Entra ID of the local stack: the product, and the platform that it belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.stack_settings import (
    CLIENT_ID,
    CLIENT_SECRET,
    PERMISSIONS,
    PLATFORM_CLIENT_ID,
    PLATFORM_CLIENT_SECRET,
    PLATFORM_TENANT_ID,
)
from devkit.tenants.tenant_file import TenantFile

if TYPE_CHECKING:
    from devkit.entra_simulator.control import SimulatorControl

#  Whatever the port, see learn.microsoft.com, "Redirect URI (reply URL) restrictions and limitations".
_REDIRECT_URIS = ("http://localhost/api/connection/callback", "http://127.0.0.1/api/connection/callback")
_PLATFORM_ROLES = ("Workspaces.Manage.All",)


async def register_apps(control: SimulatorControl) -> None:
    """Register both, with the platform's own tenant, in which nobody is but its service."""
    await control.register_app(
        CLIENT_ID, secrets=[CLIENT_SECRET], redirect_uris=_REDIRECT_URIS, permissions=PERMISSIONS
    )
    await control.register_app(PLATFORM_CLIENT_ID, secrets=[PLATFORM_CLIENT_SECRET])
    await control.load_tenant(PLATFORM_TENANT_ID, TenantFile(PLATFORM_TENANT_ID, (), ()))
    await control.assign_app_roles(PLATFORM_TENANT_ID, PLATFORM_CLIENT_ID, _PLATFORM_ROLES, api=CLIENT_ID)
