"""The token that the command prints: whose it is, and what it says where nothing runs."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest

from devkit.curl_token import token
from devkit.entra_simulator.certificates import make_certificates
from devkit.errors import BadInput, DevkitError
from devkit.local_entra import register_apps
from devkit.stack_settings import (
    CLIENT_ID,
    PLATFORM_CLIENT_ID,
    PLATFORM_CLIENT_SECRET,
    PLATFORM_TENANT_ID,
    settings_document,
    stack_settings,
)
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from tests.devkit.simulated import tenant_of, user

if TYPE_CHECKING:
    from pathlib import Path

    from tests.devkit.simulated import Simulated


@pytest.fixture
async def stack(entra: Simulated, tmp_path: Path) -> Path:
    """What a running stack leaves in its folder, over a simulator that runs."""
    await register_apps(entra.control)
    ada = user("u1", displayName="Ada Abel", userPrincipalName="ada@contoso.example")
    await entra.control.load_tenant(DEMO_TENANT_ID, tenant_of([ada]))
    return leave_settings(tmp_path / "run", entra.url, entra.server.authority_file)


def leave_settings(folder: Path, url: str, authority_file: Path) -> Path:
    (folder / "host").mkdir(parents=True)
    ours = stack_settings(connection_string="", entra_url=url, authority_file=authority_file)
    (folder / "host" / "local.settings.json").write_text(json.dumps(settings_document(ours)))
    return folder


def given(folder: Path, role: str, **options: str) -> argparse.Namespace:
    return argparse.Namespace(**{"data": folder, "role": role, "tenant": None, "name": None, **options})


async def printed(capsys: pytest.CaptureFixture[str], arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the printed token says, once it is all that was printed."""
    assert await token(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return dict(jwt.decode(lines[0], options={"verify_signature": False}))


@pytest.mark.parametrize(("role", "named"), [("read", "Schedules.Read"), ("manage", "Schedules.Manage")])
async def test_a_role_of_the_workspaces_people_comes_as_a_person_of_the_demo_tenant(
    stack: Path, capsys: pytest.CaptureFixture[str], role: str, named: str
) -> None:
    claims = await printed(capsys, given(stack, role))

    assert (claims["aud"], claims["tid"], claims["roles"]) == (CLIENT_ID, DEMO_TENANT_ID, [named])
    assert "idtyp" not in claims


async def test_a_person_of_the_tenant_is_found_by_name(stack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claims = await printed(capsys, given(stack, "read", name="Ada Abel"))

    assert claims["oid"] == "u1"


async def test_the_platforms_role_comes_as_its_service_in_its_tenant(
    stack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = await printed(capsys, given(stack, "platform"))

    assert (claims["tid"], claims["azp"], claims["idtyp"]) == (PLATFORM_TENANT_ID, PLATFORM_CLIENT_ID, "app")
    assert claims["roles"] == ["Workspaces.Manage.All"]


async def test_the_platforms_role_can_be_tried_in_a_customers_hands(
    stack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = await printed(capsys, given(stack, "platform", tenant=DEMO_TENANT_ID, name="Eve"))

    assert (claims["tid"], claims["name"]) == (DEMO_TENANT_ID, "Eve")
    assert "idtyp" not in claims


async def test_an_unknown_tenant_is_one_sentence(stack: Path) -> None:
    with pytest.raises(BadInput, match=r"The local Entra ID says: there is no tenant 'nobody'\.$"):
        await token(given(stack, "read", tenant="nobody"))


async def test_without_a_stack_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DevkitError, match=r"No stack runs from .*: start one with `make run`"):
        await token(given(tmp_path, "read"))


async def test_a_stack_that_was_stopped_is_no_stack(tmp_path: Path, entra: Simulated) -> None:
    """Its settings stay, and nobody listens there any more."""
    folder = leave_settings(tmp_path / "stopped", "https://127.0.0.1:1", entra.server.authority_file)

    with pytest.raises(DevkitError, match="No stack runs"):
        await token(given(folder, "read"))


async def test_who_listens_there_instead_of_a_stopped_stack_is_not_believed(tmp_path: Path, entra: Simulated) -> None:
    stranger = make_certificates(tmp_path / "stopped" / "entra").authority
    folder = leave_settings(tmp_path / "stopped", entra.url, stranger)

    with pytest.raises(DevkitError, match="No stack runs"):
        await token(given(folder, "read"))


@pytest.mark.usefixtures("stack")
async def test_the_platforms_service_can_ask_for_its_token_itself(entra: Simulated) -> None:
    answer = await entra.ask_token(
        PLATFORM_TENANT_ID,
        client_id=PLATFORM_CLIENT_ID,
        client_secret=PLATFORM_CLIENT_SECRET,
        scope=f"api://{CLIENT_ID}/.default",
    )

    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["roles"] == ["Workspaces.Manage.All"]
