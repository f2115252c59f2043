"""What axe-core finds on a page: breaches of WCAG 2.2 AA, and of what it calls best practices."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from devkit.child import PROJECT

if TYPE_CHECKING:
    from playwright.async_api import Page

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = "tags => axe.run(document, { runOnly: tags, resultTypes: ['violations'] })"


async def findings(page: Page) -> list[str]:
    """Return a line for each element that breaks a rule."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_source())
    result = await page.evaluate(_RUN, _TAGS)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {_where(node['target'])}: {node['html'][:200]}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]


def _where(target: list[str | list[str]]) -> str:
    """Return the way to an element, through shadow roots where there are any."""
    return " > ".join(part if isinstance(part, str) else " >> ".join(part) for part in target)


@cache
def _source() -> str:
    return (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
