"""Who may import what, where import-linter cannot look: a single module, and the standard library."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PRODUCT = [
    PROJECT / "function_app.py",
    *(PROJECT / "schedules_api").rglob("*.py"),
    *(PROJECT / "sync_core").rglob("*.py"),
]
DOMAIN = sorted((PROJECT / "sync_core" / "domain").glob("*.py"))
NOT_DEPLOYED = {"devkit", "tests", "ops", "bench"}


def imported(file: Path) -> set[str]:
    """Return the full names of the modules that *file* imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            names.add(node.module or "")
    return names


def top(name: str) -> str:
    return name.partition(".")[0]


def test_the_function_app_imports_the_product_and_the_programming_model_alone() -> None:
    own = {name for name in imported(PROJECT / "function_app.py") if top(name) not in sys.stdlib_module_names}

    assert {top(name) for name in own} == {"schedules_api", "sync_core", "azure"}
    assert {name for name in own if top(name) == "azure"} == {"azure.functions"}


def test_the_function_app_reaches_no_adapter() -> None:
    """Only `wiring` knows them; the triggers hand their messages to flows."""
    assert not [name for name in imported(PROJECT / "function_app.py") if name.startswith("sync_core.adapters")]


@pytest.mark.parametrize("file", PRODUCT, ids=lambda file: str(file.relative_to(PROJECT)))
def test_the_product_imports_nothing_that_is_not_deployed(file: Path) -> None:
    assert not {name for name in imported(file) if top(name) in NOT_DEPLOYED}


@pytest.mark.parametrize("file", DOMAIN, ids=lambda file: file.stem)
def test_the_domain_imports_the_standard_library_and_itself_alone(file: Path) -> None:
    foreign = {name for name in imported(file) if top(name) not in sys.stdlib_module_names}

    assert all(name.startswith("sync_core.domain") for name in foreign)
