"""Command line: ``python -m bench [PEOPLE]``.

Measures a first sync, a quiet night and a night with churn of one group, over real tables (Azurite) and an Entra ID
in memory, so that what is measured is the product. The machine's speed cancels out in the ratio to the floor:
storing as many small rows, in full transactions, through the same store.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from bench.nights import measure
from devkit.errors import DevkitError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure one group's nights.")
    parser.add_argument("people", nargs="?", type=int, default=10_000, help="members of the group (default 10000)")
    people = parser.parse_args().people
    try:
        asyncio.run(measure(people, tell=print))
    except DevkitError as exc:
        print(exc, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
