"""What a query reads, as Microsoft's own Kusto parser understands it: `kql_check.mjs` asks it for all at once."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.infra.bicep import INFRA
from tests.infra.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

QUERIES = {file.stem: file.read_text(encoding="utf-8") for file in sorted((INFRA / "queries").glob("*.kql"))}

_SCRIPT = Path(__file__).with_name("kql_check.mjs")
_PARAMETER = re.compile(r"\{(\w+)\}")
_NAME_COLUMNS = {"Name", "Message"}
_EXACTLY, _ANYTHING_BUT = {"==", "in"}, {"!=", "!in"}

Value = str | float | bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """*of*: a column, or a property as a path. *values*: None for one that the query works out.

    *converted*: compared as what a function makes of it, not as it is stored.
    """

    of: str | tuple[str | None, ...]
    operator: str
    values: tuple[Value, ...]
    converted: bool

    @property
    def is_of_the_name(self) -> bool:
        return self.of in _NAME_COLUMNS


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query does with the rows of one place where it names a table. A property is a path of steps."""

    table: str
    columns: frozenset[str]
    properties: frozenset[tuple[str | None, ...]]
    comparisons: tuple[Comparison, ...]

    @property
    def about(self) -> set[str]:
        """The names of the rows that it looks for."""
        return self._names(_EXACTLY)

    @property
    def names(self) -> set[str]:
        """All names that it mentions."""
        return self._names(_EXACTLY | _ANYTHING_BUT)

    def _names(self, operators: set[str]) -> set[str]:
        values = [one.values for one in self.comparisons if one.is_of_the_name and one.operator in operators]
        return {str(value) for listed in values for value in listed if value is not None}


@dataclass(frozen=True, slots=True)
class Query:
    """*diagnostics*: what the parser finds wrong, or not good."""

    diagnostics: tuple[str, ...]
    readings: tuple[Reading, ...]


def parameters_of(text: str) -> set[str]:
    """Return what the workbook puts into *text*: ``{Name}``."""
    return set(_PARAMETER.findall(text))


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """Return *text* as the workbook would run it.

    Raises:
        KeyError: it asks for something else.
    """
    return _PARAMETER.sub(lambda found: values[found.group(1)], text)


def understood(queries: Mapping[str, str]) -> dict[str, Query]:
    """Return what *queries* mean; parameters have to be filled in."""
    node = shutil.which("node")
    assert node is not None, "Node 20 or newer is needed: make setup says how"
    schema = {table: f"({', '.join(f'{name}: {kind}' for name, kind in TABLES[table].items())})" for table in TABLES}

    asked = json.dumps({"tables": schema, "queries": dict(queries)})
    said = subprocess.run(  # noqa: S603  a file of our own
        [node, str(_SCRIPT)], input=asked, capture_output=True, text=True, check=False
    )

    assert said.returncode == 0, said.stderr
    return {name: _query(found) for name, found in json.loads(said.stdout).items()}


def _query(found: dict[str, Any]) -> Query:
    return Query(tuple(found["diagnostics"]), tuple(_reading(reading) for reading in found["readings"]))


def _reading(found: dict[str, Any]) -> Reading:
    return Reading(
        found["table"],
        frozenset(found["columns"]),
        frozenset(tuple(path) for path in found["properties"]),
        tuple(_comparison(comparison) for comparison in found["comparisons"]),
    )


def _comparison(found: dict[str, Any]) -> Comparison:
    of = tuple(found["property"]) if "property" in found else found["column"]
    return Comparison(of, found["operator"], tuple(found["values"]), found["converted"])
