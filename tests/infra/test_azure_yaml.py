"""What `azd up` is told to do."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no annotations

from tests.infra.bicep import PROJECT, bicep

SCHEMA = json.loads(Path(__file__).with_name("azure_yaml.schema.json").read_text("utf-8"))
MAKEFILE = (PROJECT / "Makefile").read_text("utf-8")
AZURE: dict[str, Any] = yaml.safe_load((PROJECT / "azure.yaml").read_text("utf-8"))


def test_it_is_as_azd_reads_it() -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(AZURE)] == []


@pytest.mark.parametrize("wrong", [{"service": {}}, {"services": {}}, {"services": {"api": {"host": "appservice"}}}])
def test_what_azd_would_read_otherwise_is_found(wrong: dict[str, Any]) -> None:
    assert list(Draft202012Validator(SCHEMA).iter_errors(AZURE | wrong))


def test_the_service_is_the_tagged_app() -> None:
    tags = bicep("app/api.bicep").resources["functionApp"]["tags"]

    assert [f"'azd-service-name': '{name}'" in tags for name in AZURE["services"]] == [True]


def test_scripts_that_it_runs_exist() -> None:
    scripts = [shlex.split(hook["run"])[1] for hook in AZURE["hooks"].values()]

    assert [script for script in scripts if not (PROJECT / script).is_file()] == []


def test_what_is_packaged_was_copied_before() -> None:
    """Not the project itself: of a .funcignore that lets in again, Azure Developer CLI leaves nothing.

    Source: createDeployableZip in Azure/azure-dev, and denormal/go-gitignore, whose ``/*`` matches at any depth.
    """
    api = AZURE["services"]["api"]
    recipe = re.search(r"^package: setup .*\n\t@\$\(VENV\)/python -m (.+)$", MAKEFILE, re.MULTILINE)

    assert api["hooks"]["prepackage"]["run"] == "make package"
    assert recipe is not None
    assert recipe[1].split() == ["devkit.package", api["dist"]]
