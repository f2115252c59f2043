"""Command line: ``python -m bench [PEOPLE]`` or ``python -m bench --schedules NUMBER``.

Measures a first sync, a quiet night and a night with churn of one group; or the first page of a large workspace's
schedules. Over real tables (Azurite) and an Entra ID in memory, so that what is measured is the product. The
machine's speed cancels out in the ratio to the floor: storing as many small rows, in full transactions, or reading
the same rows, through the same store.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from bench.nights import measure
from bench.schedules import measure_list
from devkit.errors import DevkitError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure one group's nights, or a list.")
    parser.add_argument("people", nargs="?", type=int, default=10_000, help="members of the group (default 10000)")
    parser.add_argument("--schedules", type=int, metavar="NUMBER", help="measure a list of so many schedules")
    chosen = parser.parse_args()
    try:
        if chosen.schedules is None:
            asyncio.run(measure(chosen.people, tell=print))
        else:
            asyncio.run(measure_list(chosen.schedules, tell=print))
    except DevkitError as exc:
        print(exc, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
