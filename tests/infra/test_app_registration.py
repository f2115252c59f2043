"""The registration script, run as azd runs it, with an `az` and an `azd` that write down what they are asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from schedules_api.callers import Role
from tests.infra.bicep import INFRA, bicep

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = INFRA / "app-registration"
CLIENT_ID = "6a1c9d52-80f4-4a6e-9c1b-2f3e4d5c6b7a"
GRAPH = "https://graph.microsoft.com/v1.0"
APPLICATION = f"{GRAPH}/applications(appId='{CLIENT_ID}')"
PROVISIONED = {
    "AZURE_ENV_NAME": "test",
    "AZURE_TENANT_ID": "3f1d",
    "ENTRA_CLIENT_ID": CLIENT_ID,
    "ENTRA_AUTHORITY": "https://login.microsoftonline.com/",
    "SERVICE_API_NAME": "func-api-x",
    "SERVICE_API_URI": "https://func-api-x.azurewebsites.net",
    "SERVICE_API_IDENTITY_PRINCIPAL_ID": "77aa",
}
#  learn.microsoft.com, "Microsoft Graph permissions reference": the application permissions.
USER_READ_ALL = "df021288-bdef-4463-88db-98f22de89214"
GROUP_MEMBER_READ_ALL = "98830695-27a2-44f7-8c18-0c3ebc9698f6"


@dataclass(frozen=True, slots=True)
class Commands:
    folder: Path

    def answering(self, get: dict[str, Any]) -> None:
        """Make `az` and `azd`; the first answers a question with *get*."""
        (self.folder / "get.json").write_text(json.dumps(get))
        for name in ("az", "azd"):
            script = self.folder / name
            script.write_text(
                f"#!{sys.executable}\nimport json, pathlib, sys\n"
                f"here = pathlib.Path({str(self.folder)!r})\n"
                "with (here / 'calls').open('a') as calls:\n"
                f"    print(json.dumps([{name!r}, *sys.argv[1:]]), file=calls)\n"
                "print((here / 'get.json').read_text() if 'get' in sys.argv else '')\n"
            )
            script.chmod(0o755)

    def run(self, phase: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
        found = {"PATH": f"{self.folder}{os.pathsep}/nowhere", **environ}
        script = [sys.executable, str(FOLDER / "register.py"), phase]
        return subprocess.run(script, env=found, capture_output=True, text=True, check=False)  # noqa: S603  ours

    def calls(self) -> list[list[str]]:
        file = self.folder / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def told_azd(self) -> dict[str, str]:
        return {call[3]: call[4] for call in self.calls() if call[:3] == ["azd", "env", "set"]}

    def patches(self) -> dict[str, dict[str, Any]]:
        """Return the last body that each address got."""
        return {
            call[call.index("--url") + 1]: json.loads(call[call.index("--body") + 1])
            for call in self.calls()
            if "patch" in call
        }

    def made_if_missing(self) -> set[str]:
        return {call[call.index("--url") + 1] for call in self.calls() if "Prefer=create-if-missing" in call}


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    commands = Commands(tmp_path)
    commands.answering({"appId": CLIENT_ID, "web": {"redirectUris": ["https://other.example/back"]}})
    return commands


class TestBefore:
    def test_it_makes_the_registration_under_a_name_that_azd_keeps_first(self, commands: Commands) -> None:
        """A start that was broken off finds the same registration again."""
        done = commands.run("before", {"AZURE_ENV_NAME": "test"})

        name = commands.told_azd()["ENTRA_APP_UNIQUE_NAME"]
        assert done.returncode == 0
        assert name.startswith("scheduled-syncs-test-")
        assert commands.calls()[0] == ["azd", "env", "set", "ENTRA_APP_UNIQUE_NAME", name]
        assert f"{GRAPH}/applications(uniqueName='{name}')" in commands.made_if_missing()

    def test_it_goes_on_with_the_name_that_azd_kept(self, commands: Commands) -> None:
        commands.run("before", {"AZURE_ENV_NAME": "test", "ENTRA_APP_UNIQUE_NAME": "kept"})

        assert f"{GRAPH}/applications(uniqueName='kept')" in commands.made_if_missing()

    def test_it_tells_azd_the_client_id(self, commands: Commands) -> None:
        commands.run("before", {"AZURE_ENV_NAME": "test"})

        assert commands.told_azd()["ENTRA_CLIENT_ID"] == CLIENT_ID

    def test_the_registration_that_azd_knows_is_brought_up_to_date_and_no_other_made(
        self, commands: Commands
    ) -> None:
        commands.run("before", PROVISIONED)

        assert commands.patches()[APPLICATION] == {"identifierUris": [f"api://{CLIENT_ID}"]}
        assert commands.made_if_missing() == {f"{GRAPH}/servicePrincipals(appId='{CLIENT_ID}')"}

    def test_tokens_can_be_made_out_to_the_audiences_that_the_app_takes(self, commands: Commands) -> None:
        commands.run("before", PROVISIONED)

        audiences = bicep("app/api.bicep").resources["settings"]["properties"]["API_AUDIENCE"].split(",")
        taken = {audience.replace("${entraClientId}", CLIENT_ID) for audience in audiences}
        assert {CLIENT_ID, *commands.patches()[APPLICATION]["identifierUris"]} == taken


class TestAfter:
    def test_it_trusts_the_managed_identity(self, commands: Commands) -> None:
        commands.run("after", PROVISIONED)

        place = f"{APPLICATION}/federatedIdentityCredentials(name='func-api-x')"
        assert commands.made_if_missing() == {place}
        assert commands.patches()[place] == {
            "description": "The function app's managed identity, in place of a secret.",
            "issuer": "https://login.microsoftonline.com/3f1d/v2.0",
            "subject": "77aa",
            "audiences": ["api://AzureADTokenExchange"],
        }

    def test_it_adds_where_browsers_come_back_to(self, commands: Commands) -> None:
        commands.run("after", {**PROVISIONED, "PUBLIC_URL": "https://syncs.example/"})

        assert commands.patches()[APPLICATION]["web"]["redirectUris"] == [
            "https://other.example/back",
            "https://func-api-x.azurewebsites.net/api/connection/callback",
            "https://func-api-x.azurewebsites.net/.auth/login/aad/callback",
            "https://syncs.example/api/connection/callback",
            "https://syncs.example/.auth/login/aad/callback",
        ]

    def test_a_second_time_adds_nothing(self, commands: Commands) -> None:
        commands.run("after", PROVISIONED)
        web = commands.patches()[APPLICATION]["web"]
        commands.answering({"web": web})
        commands.run("after", PROVISIONED)

        assert commands.patches()[APPLICATION]["web"] == web

    @pytest.mark.parametrize("missing", ["AZURE_TENANT_ID", "SERVICE_API_IDENTITY_PRINCIPAL_ID", "SERVICE_API_URI"])
    def test_what_is_missing_is_named(self, commands: Commands, missing: str) -> None:
        done = commands.run("after", {name: value for name, value in PROVISIONED.items() if name != missing})

        assert (done.returncode, done.stderr) == (1, f"{missing} is not set; see infra/app-registration/README.md.\n")

    def test_azd_knows_all_that_it_needs(self) -> None:
        """The outputs of main.bicep become azd's environment."""
        assert set(PROVISIONED) - set(bicep("main.bicep").outputs) == {"AZURE_ENV_NAME", "ENTRA_CLIENT_ID"}


class TestByHand:
    @pytest.mark.parametrize("phase", ["before", "after"])
    def test_nothing_is_touched(self, commands: Commands, phase: str) -> None:
        done = commands.run(phase, {**PROVISIONED, "ENTRA_APP_REGISTRATION": "manual"})

        assert done.returncode == 0
        assert commands.calls() == []

    def test_the_client_id_has_to_be_given(self, commands: Commands) -> None:
        done = commands.run("before", {"ENTRA_APP_REGISTRATION": "manual"})

        assert done.returncode == 1
        assert "ENTRA_CLIENT_ID is not set" in done.stderr


class TestTroubles:
    def test_what_az_said_is_told_and_azd_stops(self, commands: Commands) -> None:
        (commands.folder / "az").write_text("#!/bin/sh\necho Insufficient privileges >&2; exit 3\n")

        done = commands.run("after", PROVISIONED)

        assert done.returncode == 1
        assert "Insufficient privileges" in done.stderr

    @pytest.mark.parametrize(
        "said",
        [
            'Not Found({"error":{"code":"Request_ResourceNotFound"}})',
            "The appId '6a1c' of the service principal does not reference a valid application object.",
        ],
    )
    def test_what_was_just_made_is_waited_for(self, commands: Commands, said: str) -> None:
        """Another server of Microsoft Graph may answer, which has not heard of it."""
        az = commands.folder / "az"
        az.rename(commands.folder / "az-later")
        az.write_text(
            f"#!{sys.executable}\nimport pathlib, sys\n"
            f"here = pathlib.Path({str(commands.folder)!r})\n"
            f"(here / 'az-later').replace(here / 'az')\nsys.exit({said!r})\n"
        )
        az.chmod(0o755)

        done = commands.run("before", PROVISIONED)

        assert (done.returncode, done.stderr) == (0, "")
        assert commands.told_azd()["ENTRA_CLIENT_ID"] == CLIENT_ID

    def test_a_missing_az_is_told(self, commands: Commands) -> None:
        (commands.folder / "az").unlink()

        done = commands.run("after", PROVISIONED)

        assert (done.returncode, done.stderr) == (1, "az is needed, and not found: install it, try again.\n")


class TestDescription:
    description: dict[str, Any] = json.loads((FOLDER / "application.json").read_text("utf-8"))

    def test_people_of_every_tenant_can_use_it(self) -> None:
        assert self.description["signInAudience"] == "AzureADMultipleOrgs"

    def test_tokens_are_of_the_version_that_the_app_takes(self) -> None:
        assert self.description["api"]["requestedAccessTokenVersion"] == 2

    def test_access_tokens_say_whether_an_app_alone_calls(self) -> None:
        assert [claim["name"] for claim in self.description["optionalClaims"]["accessToken"]] == ["idtyp"]

    def test_roles_are_those_that_the_api_knows(self) -> None:
        roles = {role["value"]: role["allowedMemberTypes"] for role in self.description["appRoles"]}

        assert set(roles) == {str(role) for role in Role}
        assert roles[str(Role.PLATFORM)] == ["Application"]
        assert len({role["id"] for role in self.description["appRoles"]}) == len(roles)

    def test_it_asks_for_two_permissions_of_graph(self) -> None:
        (asked,) = self.description["requiredResourceAccess"]

        assert {(item["id"], item["type"]) for item in asked["resourceAccess"]} == {
            (USER_READ_ALL, "Role"),
            (GROUP_MEMBER_READ_ALL, "Role"),
        }
