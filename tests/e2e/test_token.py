"""The token that the command prints opens the API of the stack that runs, as far as its role goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from devkit.stack_settings import PLATFORM_TENANT_ID
from devkit.tenants.demo_tenant import DEMO_TENANT_ID
from tests.e2e.processes import address_in, devkit, served, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Asked = Callable[..., httpx.Response]

DEMO = "/api/workspaces/demo"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("stack")
    with served(folder) as (_, said):
        yield folder, address_in(said)


@pytest.fixture
def get(stack: tuple[Path, str]) -> Asked:
    """Ask the API as somebody with *role*; without one, as nobody."""
    folder, url = stack

    def asked(path: str, role: str | None, *options: str) -> httpx.Response:
        headers = {} if role is None else signed_in(folder, role, *options)
        return httpx.get(f"{url}{path}", headers=headers, trust_env=False)

    return asked


def test_a_manager_of_the_demo_tenant_manages_the_demo_workspace(get: Asked) -> None:
    me = get("/api/me", "manage").json()

    assert (me["tenantId"], me["roles"]) == (DEMO_TENANT_ID, ["Schedules.Manage"])
    assert [workspace["id"] for workspace in me["workspaces"]] == ["demo"]


def test_a_reader_sees_the_schedules(get: Asked) -> None:
    assert get(f"{DEMO}/schedules", "read").status_code == 200


def test_without_a_token_there_is_nothing_to_see(get: Asked) -> None:
    assert get(f"{DEMO}/schedules", None).status_code == 401


def test_the_platform_sees_the_workspace_itself(get: Asked) -> None:
    shown = get(DEMO, "platform")

    assert (shown.status_code, shown.json()["tenantId"]) == (200, DEMO_TENANT_ID)


@pytest.mark.parametrize(
    ("role", "options"),
    [
        ("manage", ()),
        ("platform", ("--name", "Eve")),
        ("platform", ("--tenant", DEMO_TENANT_ID)),
        ("platform", ("--tenant", DEMO_TENANT_ID, "--name", "Eve")),
    ],
)
def test_for_nobody_else_there_is_a_workspace_to_decide_about(
    get: Asked, role: str, options: tuple[str, ...]
) -> None:
    """The platform's role counts in its own tenant, in the hands of its own service."""
    assert get(DEMO, role, *options).status_code == 404


def test_a_manager_of_another_tenant_finds_nothing(get: Asked) -> None:
    assert get(f"{DEMO}/schedules", "manage", "--tenant", PLATFORM_TENANT_ID).status_code == 404


def test_where_nothing_runs_there_is_one_sentence(tmp_path: Path) -> None:
    done = devkit("token", "--role", "read", "--data", tmp_path)

    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr == f"No stack runs from {tmp_path}: start one with `make run`, or name its folder with --data.\n"
    )


def test_an_unknown_tenant_is_one_sentence(stack: tuple[Path, str]) -> None:
    folder, _ = stack

    done = devkit("token", "--role", "read", "--tenant", "nobody", "--data", folder)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "The local Entra ID says: there is no tenant 'nobody'.\n"
