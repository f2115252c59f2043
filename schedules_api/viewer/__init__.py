"""The page that shows the OpenAPI document: Swagger UI, served from here so that no other host is needed.

The set-up copies its files from the npm package ``swagger-ui-dist`` into the folder ``installed`` beside this module.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_OURS = frozenset({"start.js"})
INSTALLED = frozenset({"swagger-ui.css", "swagger-ui-bundle.js"})

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>API of Scheduled Syncs for Microsoft Entra ID</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<script defer src="/api/docs/swagger-ui-bundle.js"></script>
<script defer src="/api/docs/start.js"></script>
</head>
<body>
<main id="api"></main>
<noscript>This page needs JavaScript; <a href="/api/openapi.json">the OpenAPI document</a> does not.</noscript>
</body>
</html>
"""


@cache
def file(name: str) -> str | None:
    """Return a file of the page; None where there is none of this name, or the viewer was not installed."""
    if name in _OURS:
        return (_HERE / name).read_text(encoding="utf-8")
    try:
        return (_HERE / "installed" / name).read_text(encoding="utf-8") if name in INSTALLED else None
    except FileNotFoundError:
        return None
