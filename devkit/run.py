"""Serve the whole product on this machine until it is told to stop, with what the host says as it happens."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from devkit.console import Progress, console
from devkit.data_folder import DEFAULT_FOLDER, claimed
from devkit.demo_workspace import WORKSPACE, as_in_the_demo, link_and_schedule, set_up_workspace
from devkit.host_lines import pretty
from devkit.stack import Ports, Stack
from devkit.tenants.demo_tenant import DEMO_TENANT_ID, demo_tenant
from sync_core.domain.schedule import night_of

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from devkit.data_folder import DataFolder


async def run(given: argparse.Namespace) -> int:
    """Start everything, say what to open, and serve.

    Raises:
        DevkitError: something cannot start, or ended by itself.
    """
    out = console()
    progress = Progress(out)
    names: dict[str, str] = {}
    ports = Ports(0 if given.no_host else given.port, given.storage_port, given.entra_port)

    def show(line: str) -> None:
        text = pretty(line, names)
        if text is not None:
            out.print(text)

    with claimed(given.data or DEFAULT_FOLDER / "run", kind="run", afresh=False) as folder:
        async with Stack(folder, ports, tell=progress.step, on_line=show, sign_in=not given.no_host) as stack:
            tenant = demo_tenant(given.members)
            await stack.load_tenant(DEMO_TENANT_ID, tenant)
            names |= await _set_up(stack, given.members)
            progress.step(
                f"Workspace '{WORKSPACE}' with {len(names)} linked groups, {len(tenant.users)} people in Entra"
            )
            if given.no_host:
                _say_how_to_start_the_host(out, folder)
            else:
                await stack.start_host()
                progress.step(f"Functions host on {stack.url}")
                _say_what_to_do(out, stack, folder)
            raise await stack.process_ended()


async def _set_up(stack: Stack, members: int) -> dict[str, str]:
    """Set up what is missing; return the groups' names by their ids."""
    async with stack.insight() as insight:
        services = insight.services
        await set_up_workspace(services, tenant=DEMO_TENANT_ID)
        tonight = night_of(services.clock.now())
        await link_and_schedule(services, as_in_the_demo(demo_tenant(members).groups, tonight=tonight))
        return {group.id: group.name async for group, _ in services.groups.all(WORKSPACE)}


def _say_what_to_do(out: Console, stack: Stack, folder: DataFolder) -> None:
    url = stack.url.replace("127.0.0.1", "localhost")
    out.print(
        f"""
Open            {url}/api/health
Portal          {url}/portal
Sign in         TOKEN=$(.venv/bin/python -m devkit token --role manage{_from(folder)})
See schedules   curl -H "Authorization: Bearer $TOKEN" {url}/api/workspaces/{WORKSPACE}/schedules
Midnight now    curl -X POST {url}/admin/functions/enqueue_due -H 'Content-Type: application/json' -d '{{}}'
                (once per night: a second time on the same UTC day sends nothing;
                SYNC_CLOCK_OFFSET=86400 make run starts a day ahead)
One group       curl -H "Authorization: Bearer $TOKEN" {url}/api/workspaces/{WORKSPACE}/groups/sales/schedule
Its runs        curl -H "Authorization: Bearer $TOKEN" {url}/api/workspaces/{WORKSPACE}/groups/sales/runs
The night       .venv/bin/python -m ops status --data {shlex.quote(str(folder.path))}
Data and logs   {folder.path}

Ctrl-C stops everything.
""",
        markup=False,
    )


def _from(folder: DataFolder) -> str:
    usual = (DEFAULT_FOLDER / "run").resolve()
    return "" if folder.path == usual else f" --data {shlex.quote(str(folder.path))}"


def _say_how_to_start_the_host(out: Console, folder: DataFolder) -> None:
    out.print(
        f"""
The functions host is yours to start, in this checkout:

    cp {folder.settings} local.settings.json
    func start

Ctrl-C stops everything else.
""",
        markup=False,
    )
