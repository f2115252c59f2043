"""Hold the Bicep to the policies of checkov: `python -m devkit.policy_scan [FOLDER]`, without a network.

Every policy holds, or is set aside with its reason: beside the resource, or in infra/.checkov.yaml.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from devkit.errors import DevkitError
from devkit.set_up_scanner import PROJECT, set_up_scanner

if TYPE_CHECKING:
    from collections.abc import Sequence

#  It would ask its registry for newer versions, and its maker for guidelines.
_OFFLINE = {"CKV_SKIP_PACKAGE_UPDATE_CHECK": "true", "BC_SKIP_MAPPING": "true"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Scan; return the exit status: 1 when a policy does not hold or a file cannot be read."""
    given = sys.argv[1:] if arguments is None else arguments
    folder = Path(given[0]) if given else PROJECT / "infra"
    try:
        problems, summary = scan(set_up_scanner(), folder)
    except DevkitError as exc:
        problems, summary = [str(exc)], "The policy scan failed."
    print("\n".join([*problems, summary]), file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


def scan(program: Path, folder: Path) -> tuple[list[str], str]:
    """Return what is wrong in *folder*, and how much was looked at.

    Raises:
        DevkitError: the scanner said nothing that can be read.
    """
    where = ["--directory", str(folder), "--config-file", str(folder / ".checkov.yaml")]
    command = [str(program), *where, "--output", "json", "--skip-download"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **_OFFLINE})
    try:
        said = json.loads(done.stdout)
        counts = said["summary"]
        failed = said["results"]["failed_checks"]
    except (ValueError, KeyError, TypeError) as exc:
        raise DevkitError(f"The policy scanner gave no result for {folder}: {done.stderr.strip()[-400:]}") from exc
    problems = [_told(check) for check in failed]
    if counts["parsing_errors"]:
        problems.append(f"{counts['parsing_errors']} Bicep file(s) in {folder} cannot be read")
    skipped = f"{counts['skipped']} set aside with a reason"
    return problems, f"{counts['passed']} policies hold, {counts['failed']} do not, {skipped}."


def _told(check: dict[str, Any]) -> str:
    lines = "-".join(str(line) for line in check["file_line_range"])
    return f"infra{check['file_path']}:{lines}: {check['check_id']} {check['check_name']} ({check['resource']})"


if __name__ == "__main__":
    sys.exit(main())
