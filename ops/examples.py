"""For each command, lines that people can start from; `--help` shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROGRAM = "python -m ops"

EXAMPLES: Mapping[str, Sequence[str]] = {
    "": ["status", "status --data .local/run", "poison redrive --help"],
    "status": ["status", "status --json"],
    "runs": ["runs --state failed --night 2026-11-23", "runs --workspace acme --group sales --limit 5"],
    "run": ["run acme/sales/20261123T000000Z-night-1", "run acme/sales/20261123T000000Z-night-1 --changes 100"],
    "workspaces": ["workspaces", "workspaces --limit 1000 --json"],
    "queue": ["queue peek"],
    "queue peek": ["queue peek --limit 32", "queue peek --queue trials"],
    "poison": ["poison list", "poison redrive --only transient"],
    "poison list": ["poison list --only permanent", "poison list --workspace acme --all"],
    "poison show": ["poison show 215df0bf"],
    "poison redrive": ["poison redrive --only transient", "poison redrive --only transient --per-minute 30 --yes"],
    "poison discard": ["poison discard 215df0bf", "poison discard 215df0bf --yes"],
    "night": ["night enqueue 2026-11-23"],
    "night enqueue": ["night enqueue 2026-11-23 --dry-run", "night enqueue 2026-11-23"],
    "schedule": ["schedule pause --workspace acme --dry-run"],
    "schedule pause": ["schedule pause --workspace acme --dry-run", "schedule pause --workspace acme --group sales"],
    "hold": ["hold list"],
    "hold list": ["hold list", "hold list --workspace acme"],
    "journal": ["journal export --workspace acme"],
    "journal export": [
        "journal export acme/sales/20261123T000000Z-night-1",
        "journal export --workspace acme --format csv > changes.csv",
    ],
}


def shown(command: str) -> str:
    """Return the command's examples as `--help` prints them."""
    lines = EXAMPLES[command]
    return "\n".join([f"example{'s' if len(lines) > 1 else ''}:", *(f"  {PROGRAM} {line}" for line in lines)])
