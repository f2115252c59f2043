"""The README's curl lines do what they say, as they stand there."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from devkit.data_folder import DataFolder
from devkit.functions_host.local_settings import read_local_settings
from tests.e2e.processes import PATIENCE, PROJECT, served, signed_in
from tests.free_port import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def the_lines() -> list[str]:
    """Return the numbered curl lines."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^# \d+\. .*\n(curl .*)$", text, re.MULTILINE)


class Reader:
    """Types the lines, with the variables that the README sets before them."""

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self._environ = {
            "API": f"http://localhost:{port}/api",
            "PLATFORM": f"Authorization: {signed_in(folder, 'platform')['Authorization']}",
            "MANAGER": f"Authorization: {signed_in(folder, 'manage')['Authorization']}",
            "PATH": "/usr/bin:/bin",
            "no_proxy": "*",
        }

    def types(self, line: str) -> Any:
        done = subprocess.run(  # noqa: S603  a line of our own README
            ["/bin/sh", "-c", f"{line} --silent --show-error --fail-with-body"],
            env=self._environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, (line, done.stdout, done.stderr)
        return json.loads(done.stdout)

    def accepts(self, consent_url: str) -> None:
        """Press *accept* on the consent page, and follow where it leads."""
        authority = read_local_settings(DataFolder(self._folder).settings)["SSL_CERT_FILE"]
        trusted = ssl.create_default_context(cafile=authority)
        with httpx.Client(verify=trusted, trust_env=False, follow_redirects=True) as browser:
            form = dict(parse_qsl(urlsplit(consent_url).query))
            page = browser.post(consent_url.partition("?")[0], data={**form, "decision": "accept"})
        assert page.status_code == 200, page.text


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    port = free_port()
    with served(tmp_path, "--port", str(port)):
        yield Reader(tmp_path, port)


def test_ten_lines_take_a_newcomer_from_nothing_to_a_finished_run(reader: Reader) -> None:
    lines = the_lines()
    assert len(lines) == 10

    workspace, link = reader.types(lines[0]), reader.types(lines[1])
    reader.accepts(link["consentUrl"])
    connected, confirmed, found = [reader.types(line) for line in lines[2:5]]
    linked, scheduled, ordered = [reader.types(line) for line in lines[5:8]]
    [run] = finished_runs(reader, lines[8])
    members = reader.types(lines[9])

    assert workspace["plan"] == "enterprise"
    assert connected["status"] == "connected"
    assert confirmed["confirmedAt"]
    assert linked["entraGroupId"] in {group["entraGroupId"] for group in found["groups"]}
    assert scheduled["inWords"] == "Weekly on Monday, 00:00 UTC"
    assert (run["runId"], run["state"]) == (ordered["runId"], "succeeded")
    assert len(members["members"]) == run["counts"]["added"] > 0


def finished_runs(reader: Reader, line: str) -> list[dict[str, Any]]:
    give_up = time.monotonic() + PATIENCE
    while True:
        runs: list[dict[str, Any]] = reader.types(line)["runs"]
        if all(run["endedAt"] for run in runs):
            return runs
        assert time.monotonic() < give_up, runs
