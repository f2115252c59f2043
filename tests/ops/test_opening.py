"""Which storage a command is about, and what is said where there is none or it refuses."""

from __future__ import annotations

import io
import json
import os
import socket
from typing import TYPE_CHECKING

import pytest

from ops.arguments import parser
from ops.main import carry_out
from ops.opening import desk_over
from ops.output import Output
from tests.fakes.storage_server import Answer, storage_server
from tests.ops.processes import ended, started

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

URIS = {
    "SyncStorage__queueServiceUri": "https://account.queue.core.windows.net",
    "SyncStorage__tableServiceUri": "https://account.table.core.windows.net",
}


FORBIDDEN = (
    "Storage refuses: whoever is signed in needs the roles Storage Table Data Contributor and Storage Queue Data "
    "Contributor on the account (HTTP 403).\n"
)


async def told(environ: Mapping[str, str], *arguments: str) -> tuple[int, str]:
    """Return status and sentence of a status command that cannot be carried out."""
    out, err = io.StringIO(), io.StringIO()
    given = parser().parse_args(["status", *arguments])
    status = await carry_out(given, environ, Output(stdout=out, stderr=err))
    assert out.getvalue() == ""
    return status, err.getvalue()


async def test_without_any_storage_it_is_asked_for() -> None:
    status, said = await told({"SyncStorage": " "})

    assert (status, said.count("\n")) == (2, 1)
    assert said.startswith(
        "Which storage? Name a local stack's folder with --data, or set SyncStorage__queueServiceUri"
    )


async def test_a_wrong_setting_is_named() -> None:
    assert await told(URIS | {"SyncStorage__tableServiceUri": "ftp://x"}) == (
        2,
        "The setting SyncStorage__tableServiceUri must begin with https://.\n",
    )


async def test_a_folder_without_a_stack_is_told(tmp_path: Path) -> None:
    status, said = await told({}, "--data", str(tmp_path))

    assert status == 2
    assert said == f"No stack ran from {tmp_path}: start one with `make run`, or name another folder with --data.\n"


async def test_a_broken_settings_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "host").mkdir()
    (tmp_path / "host" / "local.settings.json").write_text("{}")

    status, said = await told({}, "--data", str(tmp_path))

    assert (status, '"IsEncrypted" must be false' in said) == (2, True)


async def test_what_leads_to_azure_needs_nothing_about_entra_or_callers() -> None:
    """And whatever is set of it, such as the app's own proof of who it is, is not read."""
    ours = {"SyncStorage__credential": "managedidentity", "ENTRA_CERTIFICATE_PATH": "/nowhere", "API_AUDIENCE": "?"}

    async with desk_over(URIS | ours, data=None, out=Output()) as desk:
        assert desk.services.history.days == 90


def refusal(status: int, code: str) -> Answer:
    return Answer(status=status, body=json.dumps({"odata.error": {"code": code, "message": {"value": "No."}}}))


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (
            refusal(403, "AuthorizationPermissionMismatch"),
            FORBIDDEN,
        ),
        (
            refusal(404, "TableNotFound"),
            "This storage account holds no tables or queues of the product: another one was meant (HTTP 404).\n",
        ),
        (refusal(400, "InvalidInput"), "Storage answered what nobody expected (HTTP 400).\n"),
        (refusal(503, "ServerBusy"), "Storage is busy (HTTP 503). Is the stack running, the address right?\n"),
    ],
)
async def test_storage_that_refuses_is_told_in_a_sentence(answer: Answer, sentence: str) -> None:
    async with storage_server(answer) as server:
        assert await told({"SyncStorage": server.connection_string}) == (3, sentence)


async def test_an_account_of_somebody_else_is_told_and_left_as_it_is(empty_account: str) -> None:
    for _ in range(2):
        status, said = await told({"SyncStorage": empty_account})

        assert status == 3
        assert said.startswith("This storage account holds no tables or queues of the product")


TOKEN = {"accessToken": "t", "expires_on": 4102444800, "tokenType": "Bearer", "subscription": "s", "tenant": "t"}
NOT_SIGNED_IN = "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1"


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (f"echo '{json.dumps(TOKEN)}'", "Storage cannot be reached. Is the stack running, the address right?\n"),
        (NOT_SIGNED_IN, "Nobody is signed in to Azure here: run `az login` first.\n"),
    ],
)
async def test_storage_in_azure_is_asked_as_whoever_is_signed_in(tmp_path: Path, answer: str, sentence: str) -> None:
    """Not as the app's managed identity, which an operator's machine does not have."""
    az = tmp_path / "az"
    az.write_text(f'#!/bin/sh\necho "$@" >> "{tmp_path}/asked"\n{answer}\n')
    az.chmod(0o755)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{nobody.getsockname()[1]}"
        uris = dict.fromkeys(URIS, address)
        path = f"{tmp_path}:{os.environ['PATH']}"
        settings = {"PATH": path, "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential", **uris}
        with started(settings, "status") as process:
            said = await ended(process)

    assert (said.status, said.out, said.err) == (3, "", sentence)
    assert "get-access-token" in (tmp_path / "asked").read_text()
