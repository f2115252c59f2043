"""Reads of a query what can be compared with the catalogue: tables, columns, names, properties and their values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.infra.bicep import INFRA

QUERIES = {file.stem: file.read_text(encoding="utf-8") for file in sorted((INFRA / "queries").glob("*.kql"))}

_COMMENT = re.compile(r"//.*")
_STRING = re.compile(r'"([^"]*)"')
_TABLE = re.compile(r"\bApp[A-Z]\w*")
_NAMED = re.compile(r'\b(?:Name|Message)\s*(?:==|!=|in)\s*(\([^)]*\)|"[^"]*")')
_PROPERTY = re.compile(r'\bProperties(?:\.(\w+)|\["([^"]+)"\])')
_VALUE = re.compile(r'\bProperties\.(\w+)\s*[=!]=\s*"([^"]*)"')
_DEFINED = re.compile(r"\b([A-Za-z]\w*)\s*=(?![=~])")
_WORD = re.compile(r"(?<![\w.])[A-Za-z]\w*")


@dataclass(frozen=True, slots=True)
class Part:
    """A query's text from one table to the next: what it says of that table's rows."""

    table: str
    text: str

    @property
    def names(self) -> set[str]:
        """What ``Name`` or ``Message`` is compared with."""
        return {name for compared in _NAMED.findall(self.text) for name in _STRING.findall(compared)}

    @property
    def properties(self) -> set[str]:
        return {dotted or quoted for dotted, quoted in _PROPERTY.findall(self.text)}

    @property
    def values(self) -> set[tuple[str, str]]:
        """What properties are compared with."""
        return set(_VALUE.findall(self.text))


def parts_of(query: str) -> list[Part]:
    text = _COMMENT.sub("", query)
    starts = [*_TABLE.finditer(text)]
    ends = [*(match.start() for match in starts[1:]), len(text)]
    return [Part(match.group(), text[match.end() : end]) for match, end in zip(starts, ends, strict=True)]


def words_of(query: str) -> set[str]:
    """Return every word that is neither a text, a property, a table nor defined by the query itself."""
    text = _PROPERTY.sub("Properties", _COMMENT.sub("", query))
    text = _STRING.sub('""', text)
    return {*_WORD.findall(text)} - {*_DEFINED.findall(text)} - {*_TABLE.findall(text)}
