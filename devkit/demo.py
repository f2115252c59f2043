"""The demo: one or several nights from an empty directory, and a check that it equals the tenant afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from devkit.child import PROJECT
from devkit.comparison import Comparison, Expectation
from devkit.console import Progress, console
from devkit.data_folder import DEFAULT_FOLDER, claimed
from devkit.demo_report import NightReport, nights_to_json, show_night
from devkit.demo_workspace import all_daily, as_in_the_demo, link_and_schedule, set_up_workspace
from devkit.directory_dump import DirectoryDump, dump_directory
from devkit.errors import BadInput
from devkit.nights import NightResult, live_through, offset_to
from devkit.options_file import read_options
from devkit.stack import Insight, Ports, Stack
from devkit.tenants.demo_tenant import DEMO_TENANT_ID, demo_tenant
from devkit.tenants.mutations import mutations_before, read_mutations
from devkit.tenants.tenant_file import read_tenant
from sync_core.domain.runs import SYNCED_STATES
from sync_core.domain.workspaces import Rulebook

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from rich.console import Console

    from devkit.demo_workspace import PlannedGroup
    from devkit.tenants.mutations import Mutation
    from devkit.tenants.tenant_file import Entity, TenantFile


class Script(NamedTuple):
    """What happens in the demo. *own*: a tenant from a file, all of whose groups sync daily."""

    tenant: TenantFile
    tenant_id: str
    own: bool
    mutations: Sequence[Mutation]
    rulebook: Rulebook
    nights: tuple[date, ...]


async def demo(given: argparse.Namespace) -> int:
    """Live through the nights and report; return 0 only if all went well."""
    out = console(to_errors=given.json)
    script = _script(given)
    dump = _Dump(given.dump)
    with claimed(given.data or DEFAULT_FOLDER / "demo", kind="demo", afresh=True) as folder:
        progress = Progress(out)
        ports = Ports(given.port, given.storage_port, given.entra_port)
        async with Stack(folder, ports, tell=progress.step) as stack:
            await stack.load_tenant(script.tenant_id, script.tenant)
            reports = [report async for report in _live(script, stack, progress, out, dump)]
        dump.write()
        return _conclude(given, reports, out, folder.path)


def _script(given: argparse.Namespace) -> Script:
    if given.tenant and given.members:
        raise BadInput("--members makes the demo tenant larger; it does not go with --tenant.")
    tenant = read_tenant(given.tenant) if given.tenant else demo_tenant(given.members)
    mutations = read_mutations(given.mutations) if given.mutations else []
    nights = given.nights or max([1, *(mutation.night for mutation in mutations)])
    late = [mutation for mutation in mutations if mutation.night > nights]
    if late:
        raise BadInput(f"{late[0].place}: there is no night {late[0].night}, only {nights}; see --nights.")
    #  The last night is today's, so that whoever looks afterwards finds runs that have been, not ones to come.
    first = datetime.now(UTC).date() - timedelta(days=nights - 1)
    return Script(
        tenant=tenant,
        tenant_id=tenant.tenant_id or DEMO_TENANT_ID,
        own=given.tenant is not None,
        mutations=mutations,
        rulebook=read_options(given.options) if given.options else Rulebook(),
        nights=tuple(first + timedelta(days=number) for number in range(nights)),
    )


async def _live(script: Script, stack: Stack, progress: Progress, out: Console, dump: _Dump) -> Any:
    expectation = Expectation(script.rulebook)
    for number, night in enumerate(script.nights, start=1):
        await stack.control.apply(script.tenant_id, mutations_before(script.mutations, night=number))
        offset = offset_to(night)
        await stack.start_host(clock_offset=offset)
        progress.step(f"Functions host on {stack.url}, its clock just past {night}, 00:00 UTC")
        async with stack.insight(clock_offset=offset) as insight:
            await _prepare(script, stack, insight, progress)
            result = await live_through(stack, insight, night, tell=progress.waiting)
            progress.waited()
            read = await dump_directory(insight.services)
            tenant = await stack.control.read_tenant(script.tenant_id)
        await stack.stop_host()
        dump.add(read, night)
        report = NightReport(result, _compare(expectation, result, read, tenant))
        show_night(out, report)
        yield report


async def _prepare(script: Script, stack: Stack, insight: Insight, progress: Progress) -> None:
    """Set up the workspace in the first night; link and schedule groups that are new in Entra in any."""
    await set_up_workspace(insight.services, tenant=script.tenant_id, rulebook=script.rulebook)
    tenant = await stack.control.read_tenant(script.tenant_id)
    new = await link_and_schedule(insight.services, _planned(script, tenant["groups"]))
    if new:
        progress.step(f"{new} groups linked and scheduled, {len(tenant['users'])} people in the tenant")


def _planned(script: Script, groups: Iterable[Entity]) -> list[PlannedGroup]:
    if script.own:
        return all_daily(groups)
    known = {group["id"] for group in script.tenant.groups}
    demo_groups = [group for group in groups if group["id"] in known]
    added = [group for group in groups if group["id"] not in known]
    return [*as_in_the_demo(demo_groups, tonight=script.nights[0]), *all_daily(added)]


def _compare(
    expectation: Expectation, result: NightResult, read: DirectoryDump, tenant: dict[str, Any]
) -> Comparison:
    synced = {str(group.group.entra_id) for group in result.due if group.state in SYNCED_STATES}
    unsynced = {str(group.group.entra_id) for group in result.due} - synced
    return expectation.compare(read, tenant, synced=synced, unsynced=unsynced)


def _conclude(given: argparse.Namespace, reports: Sequence[NightReport], out: Console, folder: Path) -> int:
    good = all(report.good for report in reports)
    if good:
        out.print("Every due group synced.", style="green")
    else:
        out.print("Not every due group synced, or the directory differs; see above.", style="red")
        out.print(f"The host's log: {folder}/logs/host.log", markup=False)
    shown = folder.relative_to(PROJECT) if folder.is_relative_to(PROJECT) else folder
    out.print(f"To look around in this directory: make run DATA={shown}", markup=False)
    if given.json:
        print(json.dumps(nights_to_json(reports)), flush=True)
    return 0 if good else 1


class _Dump:
    """The file for what each night left, checked before the nights and written after them."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._nights: list[dict[str, Any]] = []
        self.write()

    def add(self, read: DirectoryDump, night: date) -> None:
        if self._file is not None:
            self._nights.append(read.to_json(night))

    def write(self) -> None:
        """Write what there is.

        Raises:
            BadInput: the file cannot be written.
        """
        if self._file is None:
            return
        try:
            self._file.write_text(json.dumps(self._nights, indent=1, ensure_ascii=False), encoding="utf-8")
        except OSError as exc:
            raise BadInput(f"{self._file} cannot be written: {exc.strerror}.") from exc
