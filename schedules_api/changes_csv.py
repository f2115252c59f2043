"""A run's changes as CSV, safe to open as a spreadsheet: one row per value that changed.

Each page is a file of its own (RFC 4180): a byte order mark, without which Excel does not read UTF-8, a header, and
every cell in quotes. A cell that a spreadsheet would take for a formula gets an apostrophe in front (owasp.org, "CSV
Injection"), phone numbers too: ``'+44 20 7946 0958`` can be read, while of ``+44-20`` a spreadsheet makes 24. Whoever
wants the values as they are asks for JSON.
"""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING, Any

from sync_core.domain.reasons import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sync_core.domain.journal import JournalEntry
    from sync_core.flows.name_people import NamedEntry

ROWS_OF_A_PAGE = 10_000

_BYTE_ORDER_MARK = "\ufeff"
_HEADER = (
    "recipientId",
    "entraUserId",
    "name",
    "email",
    "kind",
    "reason",
    "path",
    "old",
    "new",
    "revision",
    "by",
)

#  What begins a formula, its full-width twins included; behind a tab or a semicolon as well, which part the cells
#  of a spreadsheet where the comma is the decimal point.
_FORMULA = re.compile(r"(\A|[;\t\r\n])(?=[\s\"]*[=+\-@\uff1d\uff0b\uff0d\uff20])|\A(?=[\t\r\n])")


def rows_of(entry: JournalEntry) -> int:
    """Return how many rows the entry takes: one where it only tells of somebody."""
    return max(1, len(entry.changes))


def as_csv(entries: Iterable[NamedEntry]) -> str:
    """Return one page."""
    page = io.StringIO(newline="")
    page.write(_BYTE_ORDER_MARK)
    writer = csv.writer(page, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_HEADER)
    for named in entries:
        writer.writerows([safe_cell(cell) for cell in row] for row in _rows(named))
    return page.getvalue()


def _rows(named: NamedEntry) -> Iterator[tuple[str, ...]]:
    entry = named.entry
    who = (entry.recipient, entry.entra_id or "", named.name, named.email, entry.kind, in_words(entry.reason))
    behind = (str(entry.revision) if entry.revision else "", entry.by)
    for path, (old, new) in (entry.changes or {"": (None, None)}).items():
        yield (*who, path, cell_text(old), cell_text(new), *behind)


def cell_text(value: Any) -> str:
    """Return a journal's value as text; a card as its version and state, ``2 active``."""
    if value is None:
        return ""
    if isinstance(value, list):
        return " ".join(map(str, value))
    return value if isinstance(value, str) else json.dumps(value)


def safe_cell(cell: str) -> str:
    """Return *cell* so that no spreadsheet takes it for a formula."""
    return _FORMULA.sub(r"\1'", cell)
