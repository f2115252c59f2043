"""What the policy scanner finds fails the check. The scanner is a script here; `make check` runs the real one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from devkit.errors import DevkitError
from devkit.installing import Stamp
from devkit.policy_scan import scan
from devkit.set_up_scanner import set_up_scanner
from tests.infra.bicep import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

FAILED: dict[str, Any] = {
    "file_path": "/app/storage.bicep",
    "file_line_range": [23, 45],
    "check_id": "CKV_AZURE_44",
    "check_name": "Ensure Storage Account is using the latest version of TLS encryption",
    "resource": "Microsoft.Storage/storageAccounts.storage",
}


def scanner(folder: Path, said: str) -> Path:
    program = folder / "checkov"
    (folder / "said").write_text(said)
    program.write_text(f"#!/bin/sh\ncat {folder}/said\nexit 1\n")
    program.chmod(0o755)
    return program


def result(*failed: dict[str, Any], unread: int = 0) -> str:
    counts = {"passed": 20, "failed": len(failed), "skipped": 8, "parsing_errors": unread}
    return json.dumps({"summary": counts, "results": {"failed_checks": failed}})


def test_a_clean_scan_tells_how_much_it_looked_at(tmp_path: Path) -> None:
    assert scan(scanner(tmp_path, result()), tmp_path) == (
        [],
        "20 policies hold, 0 do not, 8 set aside with a reason.",
    )


def test_a_policy_that_does_not_hold_is_told_with_its_place(tmp_path: Path) -> None:
    problems, _ = scan(scanner(tmp_path, result(FAILED)), tmp_path)

    (problem,) = problems
    assert problem.startswith("infra/app/storage.bicep:23-45: CKV_AZURE_44 ")
    assert FAILED["check_name"] in problem


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """The scanner itself leaves it out and is content."""
    problems, _ = scan(scanner(tmp_path, result(unread=1)), tmp_path)

    assert len(problems) == 1


@pytest.mark.parametrize("said", ["", "no JSON", '{"passed": 0}', "[]"])
def test_a_scanner_without_a_result_is_a_problem(tmp_path: Path, said: str) -> None:
    """It answers another shape when it found no Bicep at all."""
    with pytest.raises(DevkitError, match="gave no result"):
        scan(scanner(tmp_path, said), tmp_path)


def test_the_scanner_is_installed_once(tmp_path: Path) -> None:
    packages = tmp_path / "devkit/scanner/requirements.txt"
    packages.parent.mkdir(parents=True)
    packages.write_text("checkov==1")
    program = tmp_path / ".local/scanner/bin/checkov"
    program.parent.mkdir(parents=True)
    program.write_text("")
    Stamp(tmp_path / ".local/scanner/.installed", (packages,)).write()

    assert set_up_scanner(tmp_path) == program
    assert not (tmp_path / ".local/setup.log").exists()


def test_make_check_scans() -> None:
    assert "python -m devkit.policy_scan" in (PROJECT / "Makefile").read_text("utf-8")
