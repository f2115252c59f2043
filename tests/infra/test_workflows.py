"""The workflows that a fork gets: pinned, with no more rights than they need, and the same checks as anywhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.infra.bicep import PROJECT, bicep

FILES = sorted((PROJECT / ".github/workflows").glob("*.yml"))


def workflow(name: str) -> dict[Any, Any]:
    return dict(yaml.safe_load((PROJECT / f".github/workflows/{name}.yml").read_text("utf-8")))


def steps(name: str) -> list[dict[str, Any]]:
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def test_there_are_these() -> None:
    assert [file.stem for file in FILES] == ["ci", "deploy"]


@pytest.mark.parametrize("name", ["ci", "deploy"])
def test_actions_are_pinned_by_commit(name: str) -> None:
    """A tag can be moved to other code; the comment beside says which version the commit is."""
    text = (PROJECT / f".github/workflows/{name}.yml").read_text("utf-8")
    used = re.findall(r"uses: (.+)", text)

    assert used
    assert [line for line in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


@pytest.mark.parametrize("name", ["ci", "deploy"])
def test_the_checkout_leaves_no_token_behind(name: str) -> None:
    checkouts = [step for step in steps(name) if step.get("uses", "").startswith("actions/checkout@")]

    assert [step["with"]["persist-credentials"] for step in checkouts] == [False]


@pytest.mark.parametrize("name", ["ci", "deploy"])
def test_no_secret_is_used(name: str) -> None:
    assert "secrets." not in (PROJECT / f".github/workflows/{name}.yml").read_text("utf-8")


@pytest.mark.parametrize("name", ["ci", "deploy"])
def test_nothing_given_from_outside_stands_in_a_script(name: str) -> None:
    """`${{ }}` in a script is replaced before the shell reads it: whoever names a branch would write the script."""
    assert [step["run"] for step in steps(name) if "${{" in step.get("run", "")] == []


def test_ci_runs_what_everybody_runs() -> None:
    assert [step["run"] for step in steps("ci") if "run" in step] == [".ci/run"]


def test_ci_may_read_alone() -> None:
    assert workflow("ci")["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in workflow("ci")["jobs"].values())


def test_ci_tests_every_python_that_can_be_deployed() -> None:
    allowed = next(
        decorator["argument"]
        for decorator in bicep("main.bicep").parameters["pythonVersion"]["decorators"]
        if decorator["type"] == "allowed"
    )

    assert workflow("ci")["jobs"]["check-and-test"]["strategy"]["matrix"]["python"] == allowed


def test_deploying_may_read_and_prove_who_it_is() -> None:
    jobs = workflow("deploy")["jobs"]

    assert workflow("deploy")["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "deploy": {"contents": "read", "id-token": "write"}
    }


def test_a_deployment_is_asked_for_by_a_person_and_waits_for_the_one_before() -> None:
    deploy = workflow("deploy")

    #  YAML 1.1 reads the key `on` as a truth.
    assert list(deploy[True]) == ["workflow_dispatch"]
    assert deploy["concurrency"]["cancel-in-progress"] is False


def test_the_deployed_app_is_found_however_azure_cli_tells_of_it() -> None:
    """Its versions differ in whether an app's properties are one level lower, as Azure Resource Manager has them."""
    scripts = "".join(step.get("run", "") for step in steps("deploy"))

    assert '--query "properties.defaultHostName || defaultHostName"' in scripts
