"""Controlling a simulator, in this process and as one of its own."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from devkit.entra_simulator.control import ControlRefused, SimulatorControl
from devkit.entra_simulator.server import running_simulator
from devkit.tenants.mutations import parse_mutations
from devkit.tenants.tenant_file import TenantFileError
from tests.devkit.simulated import CLIENT, TENANT, group, tenant_of, user

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator

    from devkit.entra_simulator.tokens import TokenSigner
    from tests.devkit.simulated import Simulated

ROOT = Path(__file__).parents[2]


async def test_a_tenant_reads_back_as_it_was_loaded(entra: Simulated) -> None:
    typed = {"@odata.type": "#microsoft.graph.user", "id": "u1"}
    content = tenant_of([user("u1", mail="x")], [{"id": "g", "displayName": "G", "members": [typed]}])

    await entra.load_file(content)

    assert await entra.control.read_tenant(TENANT) == {**content.to_json(), "tenantId": TENANT}


async def test_what_is_read_back_can_be_loaded(entra: Simulated) -> None:
    await entra.load(group("g", "u1", "device:d", "group:elsewhere"), users="u1")

    exported = await entra.control.read_tenant(TENANT)

    answer = await entra.http.put(f"{entra.url}/_simulator/tenants/copy", json={"tenant": exported})
    assert answer.status_code == 204


async def test_loading_again_replaces_the_tenant(entra: Simulated) -> None:
    await entra.load(group("g"), users="u1")

    await entra.load(users="u2")

    assert [person["id"] for person in (await entra.control.read_tenant(TENANT))["users"]] == ["u2"]


async def test_loading_again_keeps_consents_that_are_not_named(entra: Simulated) -> None:
    await entra.load()

    await entra.control.load_tenant(TENANT, tenant_of())

    assert (await entra.ask_token()).status_code == 200


async def test_a_wrong_tenant_is_refused_with_its_sentence(entra: Simulated) -> None:
    wrong: dict[str, Any] = {"tenant": {"users": [{}], "groups": []}}

    answer = await entra.http.put(f"{entra.url}/_simulator/tenants/{TENANT}", json=wrong)

    assert (answer.status_code, answer.json()["problem"]) == (400, "users[0]: the field 'id' is missing.")


async def test_a_mutation_that_does_not_fit_is_named_by_its_line(entra: Simulated) -> None:
    await entra.load(users="u1")
    lines = '{"op": "disableUser", "user": "u1"}\n{"op": "disableUser", "user": "u9"}'

    with pytest.raises(TenantFileError) as refused:
        await entra.control.apply(TENANT, parse_mutations(lines, source="m.jsonl"))

    assert str(refused.value) == "m.jsonl, line 2: disableUser: user: there is no user 'u9'."


async def test_mutations_are_seen_by_the_next_read(entra: Simulated) -> None:
    await entra.load(users="u1")

    await entra.control.apply(TENANT, parse_mutations('{"op": "disableUser", "user": "u1"}', source="m"))

    assert (await entra.get("/users/u1?$select=accountEnabled")).json()["accountEnabled"] is False


async def test_permissions_granted_later_are_in_the_next_token(entra: Simulated) -> None:
    await entra.load()
    await entra.control.consent(TENANT, CLIENT, ["Directory.Read.All"])

    token = (await entra.ask_token()).json()["access_token"]

    assert entra.server.simulation.signer.check(f"Bearer {token}").roles == {"Directory.Read.All"}


async def test_an_unknown_tenant_is_refused(entra: Simulated) -> None:
    with pytest.raises(ControlRefused, match="there is no tenant 'nobody'"):
        await entra.control.read_tenant("nobody")


async def test_an_unknown_control_call_is_refused(entra: Simulated) -> None:
    answer = await entra.http.get(f"{entra.url}/_simulator/everything")

    assert (answer.status_code, answer.json()["problem"]) == (
        400,
        "the control API has no GET /_simulator/everything.",
    )


async def test_control_calls_are_neither_counted_nor_struck_by_faults(entra: Simulated) -> None:
    await entra.control.add_fault({"status": 500, "times": None})

    await entra.load(users="u1")

    assert (await entra.control.requests())["count"] == 0


async def test_a_secret_must_expire_in_a_time_zone(entra: Simulated) -> None:
    with pytest.raises(ControlRefused, match=r"secrets\[0\]\.expires: must say its time zone"):
        await entra.control.expire_secret(CLIENT, "s", expires="2026-01-01T00:00:00")


async def test_a_key_must_be_a_key(entra: Simulated) -> None:
    with pytest.raises(ControlRefused, match=r"trustedKeys\[0\]\.publicKey: must be a PEM certificate or public key"):
        await entra.control.register_app(CLIENT, trusted_keys=[{"publicKey": "x"}])


async def test_two_simulators_stand_side_by_side(tmp_path: Path, signer: TokenSigner) -> None:
    async with (
        running_simulator(tmp_path / "a", signer=signer) as one,
        running_simulator(tmp_path / "b", signer=signer) as other,
    ):
        assert one.url != other.url


@asynccontextmanager
async def process(folder: Path, *more: str) -> AsyncIterator[tuple[Process, dict[str, str]]]:
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "devkit.entra_simulator", "--folder", str(folder), *more),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert started.stdout is not None
    try:
        yield started, json.loads(await started.stdout.readline() or "{}")
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


async def test_the_process_says_where_it_serves_and_ends_at_sigterm(tmp_path: Path) -> None:
    async with process(tmp_path) as (simulator, ready):
        async with SimulatorControl(ready["url"], Path(ready["ca"])) as control:
            assert (await control.requests())["count"] == 0
        simulator.send_signal(signal.SIGTERM)

        assert await simulator.wait() == 0


async def test_the_process_can_end_with_its_parent(tmp_path: Path) -> None:
    async with process(tmp_path, "--until-stdin-closes") as (simulator, _):
        assert simulator.stdin is not None
        simulator.stdin.close()

        assert await simulator.wait() == 0


async def test_a_taken_port_is_one_sentence(tmp_path: Path, entra: Simulated) -> None:
    port = entra.url.rpartition(":")[2]

    async with process(tmp_path / "second", "--port", port) as (simulator, _):
        _, complaint = await simulator.communicate()

    assert complaint.decode().strip() == f"The Entra simulator cannot start on port {port}: Address already in use."
