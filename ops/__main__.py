"""Command line: ``python -m ops --help``."""

from __future__ import annotations

import sys


def _main() -> int:
    try:
        from ops.main import main  # noqa: PLC0415  what is missing is told in a sentence
    except ModuleNotFoundError as exc:
        print(
            f"The package {exc.name} is not installed here: run `make setup`, use .venv/bin/python.", file=sys.stderr
        )
        return 1
    return main()


if __name__ == "__main__":
    sys.exit(_main())
