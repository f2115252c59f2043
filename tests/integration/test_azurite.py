"""The storage emulator as a child process: it answers, says what is wrong, and never stays behind."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from azure.data.tables import TableServiceClient

from devkit.errors import DevkitError
from devkit.storage import HOST, Azurite, StoragePorts

if TYPE_CHECKING:
    from pathlib import Path

PARENT = """
import sys
from devkit.storage import Azurite
azurite = Azurite()
azurite.start()
print(azurite.process_id, azurite.ports.table, flush=True)
sys.stdin.read()
"""


def test_data_in_a_folder_outlive_a_stop(tmp_path: Path) -> None:
    """Azurite saves every 5 seconds by itself; a stop must not lose what came since."""
    with Azurite(folder=tmp_path) as first:
        _tables_of(first, create="Kept")

    with Azurite(folder=tmp_path) as second:
        names = _tables_of(second)

    assert names == ["Kept"]


def test_a_stopped_azurite_is_gone() -> None:
    azurite = Azurite()
    azurite.start()
    process_id = azurite.process_id
    azurite.stop()

    assert process_id is not None
    assert not _runs(process_id)


def test_a_taken_port_is_one_sentence(azurite: Azurite) -> None:
    taken = azurite.ports.table

    with pytest.raises(DevkitError, match=rf"port {taken} is taken"):
        Azurite(ports=StoragePorts(table=taken)).start()


def test_a_checkout_without_azurite_is_told_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(DevkitError, match="make setup"):
        Azurite(project=tmp_path).start()


def test_no_azurite_stays_behind_when_its_parent_is_killed() -> None:
    """A killed parent cannot clean up, so the child has to notice by itself."""
    with subprocess.Popen(  # noqa: S603  our own interpreter
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        process_id, port = (int(word) for word in parent.stdout.readline().split())
        #  A request that never ends is what Azurite's own shutdown would wait for.
        with socket.create_connection((HOST, port)) as client:
            client.sendall(b"GET / HTTP/1.1\r\n")
            parent.kill()

            assert _ends(process_id, within=10.0)


def _tables_of(azurite: Azurite, *, create: str | None = None) -> list[str]:
    with TableServiceClient.from_connection_string(azurite.connection_string) as client:
        if create is not None:
            client.create_table(create)
        return [table.name for table in client.list_tables()]


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True


def _ends(process_id: int, *, within: float) -> bool:
    give_up = time.monotonic() + within
    while _runs(process_id) and time.monotonic() < give_up:
        time.sleep(0.02)
    return not _runs(process_id)
