"""Schemathesis against the running host, by the API's own description: every check, thousands of requests.

``make test ARGS="tests/api_fuzzing --api-examples 500"`` looks longer, with other examples each time.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devkit.stack_settings import CLIENT_ID, PLATFORM_CLIENT_ID, PLATFORM_TENANT_ID
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from tests.api_fuzzing.fuzzed_stack import fuzzed_stack
from tests.e2e.local_stack import MARKS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pytest

pytestmark = MARKS

CONFIG = Path(__file__).with_name("schemathesis.toml")
#  Bounded, for every test run; the same each time.
FEW, SEED = 20, 4
OF_THE_PLATFORM = ("getWorkspace", "putWorkspace")
#  No made-up request can be good here: the state of a consent is a secret, the digest names one list, and the runs
#  that exist are over or held.
BY_CHANCE_NEVER = {
    "GET /api/connection/callback",
    "POST /api/workspaces/{workspaceId}/groups/{groupId}/runs/{runId}/cancel",
    "POST /api/workspaces/{workspaceId}/groups/{groupId}/runs/{runId}/decision",
}


async def test_no_request_breaks_what_the_description_promises(
    tmp_path: Path, pytestconfig: pytest.Config, record_property: Callable[[str, object], None]
) -> None:
    asked: int | None = pytestconfig.getoption("--api-examples")
    async with fuzzed_stack(tmp_path / "data") as (stack, ids):
        people = await stack.control.mint_token(
            DEMO_TENANT_ID, audience=CLIENT_ID, roles=["Schedules.Manage"], person="Fuzzer"
        )
        platform = await stack.control.mint_token(
            PLATFORM_TENANT_ID, audience=CLIENT_ID, roles=["Workspaces.Manage.All"], service=PLATFORM_CLIENT_ID
        )
        trial = _Trial(stack.url, tmp_path, ids, examples=asked)
        by_people = await trial.run("people", people, *_options("--exclude-operation-id", OF_THE_PLATFORM))
        by_platform = await trial.run("platform", platform, *_options("--include-operation-id", OF_THE_PLATFORM))
    tried = by_people["test_cases"]["generated"] + by_platform["test_cases"]["generated"]
    record_property("Schemathesis", f"{tried:,} requests tried")

    assert tried > 3000
    assert _never_accepted(by_people) <= BY_CHANCE_NEVER
    assert _never_accepted(by_platform) == set()


@dataclass(frozen=True, slots=True)
class _Trial:
    url: str
    folder: Path
    ids: Mapping[str, Sequence[str]]
    examples: int | None

    async def run(self, name: str, token: str, *options: str) -> dict[str, Any]:
        """Let Schemathesis call as the holder of *token*, and return its report, which must tell of no failure."""
        report, config = self.folder / f"{name}.json", self.folder / f"{name}.toml"
        dictionaries = [f"[dictionaries.{name}]\nvalues = {json.dumps(list(ids))}" for name, ids in self.ids.items()]
        config.write_text("\n".join([CONFIG.read_text("utf-8"), *dictionaries]), encoding="utf-8")
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{self.url}/api/openapi.json", *options, *self._how_long()),
            *("--checks", "all", "--report-json-path", str(report), "--output-truncate", "false", "--no-color"),
        ]
        status, said = await _carry_out(command, self.folder, {"FUZZED_TOKEN": token, "NO_PROXY": "127.0.0.1"})
        assert status == 0, said[-30_000:]
        return dict(json.loads(report.read_text("utf-8")))

    def _how_long(self) -> tuple[str, ...]:
        if self.examples is None:
            return ("--max-examples", str(FEW), "--seed", str(SEED), "--generation-deterministic")
        return ("--max-examples", str(self.examples), "--generation-database", "none")


def _options(name: str, values: Sequence[str]) -> list[str]:
    return [part for value in values for part in (name, value)]


async def _carry_out(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, said.decode()


def _never_accepted(report: Mapping[str, Any]) -> set[str]:
    """Return the calls of which no request was good: what was said of those proves little."""
    return {
        call
        for call, phases in report["valid_rates"].items()
        if not any(phase["accepted"] for phase in phases.values())
    }
