"""The commands as processes of their own: how they end, are stopped, and are killed."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import socket
import termios
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from sync_core.adapters.queues.orders import GROUP_SYNCS_POISON
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.orders import SyncOrder, encode
from sync_core.domain.runs import RunState
from sync_core.domain.workspaces import Workspace
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.ports import QueueMessage
from tests.fakes.world import TENANT, WORKSPACE
from tests.ops.processes import PATIENCE, Said, ended, started
from tests.ops.queue_gate import queue_gate
from tests.ops.site import NOW, TONIGHT, Site, with_queues_at

if TYPE_CHECKING:
    from pathlib import Path

FAST = ("--yes", "--per-minute", "6000")


async def run(site: Site, *arguments: str, **settings: str) -> Said:
    with started({**site.environ, **settings}, *arguments) as process:
        return await ended(process)


async def lapse(site: Site, receipts: dict[str, str]) -> None:
    """Let the time pass for which a dead process hid what it had taken."""
    for message, receipt in receipts.items():
        taken = QueueMessage(message, "", NOW, timedelta(0), None, 1, receipt)
        await site.queues.one_by_one.put_back(GROUP_SYNCS_POISON, taken)


async def test_a_redrive_killed_between_sending_and_deleting_loses_and_doubles_nothing(site: Site) -> None:
    await site.failed_night()

    async with queue_gate(site.queue_endpoint) as gate:
        with started(with_queues_at(site, gate.address), "poison", "redrive", *FAST) as process:
            async with asyncio.timeout(PATIENCE):
                await gate.deleting.wait()
            process.kill()
            killed = await ended(process)
    sent_before, poison_after = await site.orders(), await site.poison()
    await site.work_off()
    between = [await site.run("g1"), await site.run("g2")]
    await lapse(site, gate.receipts)
    again = await run(site, "poison", "redrive", *FAST, "--json")
    await site.work_off()

    assert killed.status == -signal.SIGKILL
    assert (sent_before, poison_after) == (1, 2)
    assert {one.state for one in between if one is not None} == {RunState.SUCCEEDED, RunState.FAILED}
    assert (again.status, again.json["done"]) == (0, 2)
    assert await site.states() == ["succeeded", "succeeded"]
    assert await site.poison() == 0
    [done] = [one for one in between if one is not None and one.state is RunState.SUCCEEDED]
    assert done in [await site.run("g1"), await site.run("g2")]


async def test_ctrl_c_stops_a_redrive_and_puts_back_what_it_had_taken(site: Site) -> None:
    """Also the message that it was just deleting, because who is stopped there cannot know whether it is gone."""
    for number in range(5):
        order = SyncOrder(WORKSPACE, GroupId(f"group-{number}"), NOW, TONIGHT, (TONIGHT,))
        await site.queues.send(GROUP_SYNCS_POISON, encode(order))

    async with queue_gate(site.queue_endpoint, deletions=1) as gate:
        with started(with_queues_at(site, gate.address), "poison", "redrive", *FAST) as process:
            async with asyncio.timeout(PATIENCE):
                await gate.deleting.wait()
            process.send_signal(signal.SIGINT)
            said = await ended(process)

    assert (said.status, said.out) == (130, "")
    assert said.err == "Redriving was cut short: 1 message done, the others are put back.\nStopped.\n"
    assert (await site.orders(), len(await site.queues.one_by_one.look(GROUP_SYNCS_POISON))) == (2, 4)


async def test_the_exit_status_says_whether_something_needs_a_look(site: Site) -> None:
    await site.failed_night()

    said = await run(site, "status", "--json")

    assert (said.status, said.err) == (1, "")
    assert said.json["queues"][0]["poison"] == 2


async def test_storage_that_is_not_there_is_one_sentence(site: Site) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        address = f"http://127.0.0.1:{port}/a"
        endpoints = f"AccountName=a;AccountKey=a2V5;TableEndpoint={address};QueueEndpoint={address};"

        said = await run(site, "status", SyncStorage=endpoints)

    assert (said.status, said.out) == (3, "")
    assert said.err == "Storage cannot be reached. Is the stack running, the address right?\n"


async def test_a_reader_that_has_seen_enough_is_no_failure(site: Site) -> None:
    await site.night()

    with started(site.environ, "journal", "export", "--workspace", "acme", "--values") as process:
        assert process.stdout is not None
        process.stdout.close()
        await asyncio.to_thread(process.wait, PATIENCE)
        assert process.stderr is not None
        said = process.stderr.read()

    assert (process.returncode, "Traceback" in said) == (0, False)


async def on_a_terminal(site: Site, *arguments: str, columns: int = 80, **settings: str) -> str:
    """Return what a command prints to a terminal of this width."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    with started({**site.environ, "TERM": "xterm", **settings}, *arguments, stdin=theirs, stdout=theirs) as process:
        os.close(theirs)
        printed = await asyncio.to_thread(until_nobody_writes, ours)
        await asyncio.to_thread(process.wait, PATIENCE)
    os.close(ours)
    return printed


def until_nobody_writes(terminal: int) -> str:
    """Read a terminal to its end, which Linux tells as an error."""
    read = b""
    with suppress(OSError):
        while piece := os.read(terminal, 4096):
            read += piece
    return read.decode().replace("\r\n", "\n")


def without_styles(printed: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", printed)


async def test_a_terminal_gets_colours_and_no_color_none(site: Site) -> None:
    assert "\x1b[1;32mAll is well.\x1b[0m\n" in await on_a_terminal(site, "status")
    assert "\x1b[1;32m" not in await on_a_terminal(site, "status", NO_COLOR="1")


async def test_what_is_no_terminal_gets_no_colours_whatever_is_set(site: Site) -> None:
    said = await run(site, "status", FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="40")

    assert "\x1b" not in said.out + said.err


async def test_a_terminal_that_is_narrower_than_a_table_loses_nothing_of_it(site: Site) -> None:
    await site.failed_night()

    narrow, wide = [
        without_styles(await on_a_terminal(site, "runs", "--limit", "1", columns=columns)) for columns in (80, 160)
    ]

    assert narrow == (
        "run: acme/g2/20261123T000000Z-night-1\n"
        "  mode: sync   state: failed   started: 2026-11-23 00:30:00 UTC   took: 0 s\n"
        "  read: 0   added: 0   updated: 0   removed: 0   held: 0   reason: gave-up\n\n"
    )
    assert wide.splitlines()[0].split() == [
        *("run", "mode", "state", "started", "took", "read", "added", "updated", "removed", "held", "reason")
    ]


async def test_letters_that_the_encoding_does_not_know_are_written_out(site: Site) -> None:
    await put_workspace(site.services, Workspace(WorkspaceId("beta"), "Zoë & 李", "business", TENANT))

    said = await run(site, "workspaces", PYTHONIOENCODING="ascii")

    assert (said.status, said.err) == (0, "")
    assert "Zo\\xeb & \\u674e" in said.out


async def test_a_local_stacks_folder_names_its_storage(site: Site, tmp_path: Path) -> None:
    (tmp_path / "host").mkdir()
    file = tmp_path / "host" / "local.settings.json"
    file.write_text(json.dumps({"IsEncrypted": False, "Values": {**site.environ, "SSL_CERT_FILE": "none"}}))

    said = await run(site, "workspaces", "--json", "--data", str(tmp_path), SyncStorage="")

    assert [one["workspaceId"] for one in said.json["workspaces"]] == ["acme"]
