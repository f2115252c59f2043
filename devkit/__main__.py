"""Command line: ``python -m devkit setup``, ``browser``, ``run``, ``demo``, ``scenario`` or ``token``."""

#  Nothing that newer Pythons alone understand, and nothing installed, before the version is checked.
from __future__ import annotations

import sys

from devkit.commands import main

if __name__ == "__main__":
    sys.exit(main())
