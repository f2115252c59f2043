"""Print an access token of the Entra ID of a running local stack, for curl."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from devkit.data_folder import DEFAULT_FOLDER, DataFolder
from devkit.entra_simulator.control import ControlRefused, SimulatorControl
from devkit.errors import BadInput, DevkitError
from devkit.functions_host.local_settings import read_local_settings
from devkit.tenants.demo_tenant import DEMO_TENANT_ID

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

PLATFORM = "platform"
ROLES: Mapping[str, str] = {
    "read": "Schedules.Read",
    "manage": "Schedules.Manage",
    PLATFORM: "Workspaces.Manage.All",
}

_SOMEBODY = "Local admin"


async def token(given: argparse.Namespace) -> int:
    """Print a token of a person in the tenant, or of the platform's service.

    Raises:
        DevkitError: no stack runs from the folder.
        BadInput: its Entra ID has no such tenant.
    """
    folder: Path = given.data or DEFAULT_FOLDER / "run"
    print(await _minted(given, _settings_in(folder), folder))
    return 0


async def _minted(given: argparse.Namespace, settings: Mapping[str, str], folder: Path) -> str:
    try:
        async with SimulatorControl(settings["API_AUTHORITY"], Path(settings["SSL_CERT_FILE"])) as control:
            return await control.mint_token(
                given.tenant or _usual_tenant(given, settings),
                audience=settings["API_AUDIENCE"],
                roles=[ROLES[given.role]],
                person=_person(given),
                service=None if _person(given) else settings["PLATFORM_CLIENT_IDS"].partition(",")[0],
            )
    except ControlRefused as exc:
        raise BadInput(f"The local Entra ID says: {exc}") from exc
    except (httpx.HTTPError, OSError, KeyError) as exc:
        raise _nothing_runs(folder) from exc


def _usual_tenant(given: argparse.Namespace, settings: Mapping[str, str]) -> str:
    return settings["PLATFORM_TENANT_ID"] if given.role == PLATFORM else DEMO_TENANT_ID


def _person(given: argparse.Namespace) -> str | None:
    """Return whose token it is, None for the platform's service. A name makes even the platform's role a person's."""
    usual = None if given.role == PLATFORM else _SOMEBODY
    return given.name or usual


def _settings_in(folder: Path) -> Mapping[str, str]:
    """Return the settings that the stack was started with; they outlive it."""
    file = DataFolder(folder.resolve()).settings
    if not file.is_file():
        raise _nothing_runs(folder)
    return read_local_settings(file)


def _nothing_runs(folder: Path) -> DevkitError:
    return DevkitError(f"No stack runs from {folder}: start one with `make run`, or name its folder with --data.")
