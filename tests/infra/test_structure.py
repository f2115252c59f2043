"""What the Bicep compiler would refuse, as far as it can be seen without it."""

from __future__ import annotations

import json
import re

import pytest

from tests.infra.bicep import FILES, INFRA, bicep

MAIN = bicep("main.bicep")


@pytest.mark.parametrize("file", FILES)
def test_every_file_can_be_read(file: str) -> None:
    assert bicep(file).tree


@pytest.mark.parametrize("file", FILES)
def test_every_parameter_says_what_it_is_and_is_used(file: str) -> None:
    described = {
        name
        for name, parameter in bicep(file).parameters.items()
        if any(decorator["type"] == "description" for decorator in parameter["decorators"])
    }
    body = re.sub(r"^param .*$|//.*$", "", bicep(file).text, flags=re.MULTILINE)

    assert described == set(bicep(file).parameters)
    assert {name for name in described if not re.search(rf"\b{name}\b", body)} == set()


@pytest.mark.parametrize("file", FILES)
def test_resources_are_plain_ones(file: str) -> None:
    """A module from a registry could be read neither here nor by the scanner: docs/decisions/0007."""
    assert not re.search(r"\bmodule \w+ '(br|ts)[:/]", bicep(file).text)


def test_every_module_is_used() -> None:
    assert {module["path"] for module in MAIN.modules.values()} == set(FILES) - {"main.bicep"}


@pytest.mark.parametrize("module", MAIN.modules)
def test_a_module_is_given_what_it_takes(module: str) -> None:
    given = set(MAIN.modules[module]["params"])
    takes = bicep(MAIN.modules[module]["path"]).parameters

    assert given <= set(takes)
    assert {name for name, parameter in takes.items() if parameter["default"] is None} <= given


def test_outputs_that_are_used_exist() -> None:
    used = set(re.findall(r"(\w+)\.outputs\.(\w+)", MAIN.text))

    assert {
        (module, name) for module, name in used if name not in bicep(MAIN.modules[module]["path"]).outputs
    } == set()


def test_every_parameter_can_be_set_by_azd() -> None:
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]

    assert set(given) == set(MAIN.parameters)


def test_azd_asks_for_nothing_that_its_hook_finds_out() -> None:
    """`azd up` asks for every parameter without a default before the first hook runs.

    Source: upAction.Run and BicepProvider.EnsureEnv in Azure/azure-dev.
    """
    asked = {name for name, parameter in MAIN.parameters.items() if parameter["default"] is None}

    assert asked == {"environmentName", "location"}


def test_no_parameter_is_taken_from_a_variable_that_machines_have_set() -> None:
    """What azd's environment does not have, azd takes from the process: images with Python set PYTHON_VERSION."""
    text = (INFRA / "main.parameters.json").read_text()

    assert not re.search(r"\$\{(PYTHON|NODE|HOME|PATH|LANG|TZ)(_VERSION)?\b", text)


@pytest.mark.parametrize("name", MAIN.parameters)
def test_azd_and_bicep_have_the_same_defaults(name: str) -> None:
    value = json.loads((INFRA / "main.parameters.json").read_text())["parameters"][name]["value"]
    _, has_default, default = value.removeprefix("${").removesuffix("}").partition("=")
    expected = MAIN.parameters[name]["default"]

    assert (default if has_default else None) == (expected if expected is None else _as_text(expected))


def test_every_abbreviation_is_known_and_used() -> None:
    known = set(json.loads((INFRA / "abbreviations.json").read_text()))

    assert set(re.findall(r"abbrs\.(\w+)", MAIN.text)) == known


@pytest.mark.parametrize("file", FILES)
def test_everything_that_can_be_tagged_is(file: str) -> None:
    located = {name for name, resource in bicep(file).resources.items() if "location" in resource}

    assert {name for name in located if "tags" not in bicep(file).resources[name]} == set()


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
