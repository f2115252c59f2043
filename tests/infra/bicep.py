"""Reads the Bicep of infra/ as values; what is computed when it is deployed stands as the text of its expression."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pycep import BicepParser

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).resolve().parents[2]
INFRA = PROJECT / "infra"
FILES = sorted(str(file.relative_to(INFRA)) for file in INFRA.rglob("*.bicep"))


@dataclass(frozen=True, slots=True)
class Bicep:
    name: str
    text: str
    tree: Mapping[str, Any]

    @property
    def parameters(self) -> Mapping[str, Any]:
        return dict(self.tree.get("parameters", {}))

    @property
    def variables(self) -> Mapping[str, Any]:
        return {name: expression(item["value"]) for name, item in self.tree.get("variables", {}).items()}

    @property
    def outputs(self) -> Mapping[str, Any]:
        return {name: expression(item["value"]) for name, item in self.tree.get("outputs", {}).items()}

    @property
    def resources(self) -> Mapping[str, Any]:
        """What is made here, by its name in the file; ``of``: its type, ``if``: on what it depends whether it is."""
        return {
            name: {"of": item["type"], **_body(item["config"])}
            for name, item in self.tree.get("resources", {}).items()
            if not item["existing"]
        }

    @property
    def modules(self) -> Mapping[str, Any]:
        return {
            name: {"path": item["detail"]["path"].removeprefix("./"), **_body(item["config"])}
            for name, item in self.tree.get("modules", {}).items()
        }

    def words(self) -> set[str]:
        """Return every name that occurs, comments left out."""
        return set(re.findall(r"\w+", re.sub(r"//.*", "", self.text)))


@cache
def bicep(name: str) -> Bicep:
    text = (INFRA / name).read_text(encoding="utf-8")
    return Bicep(name=name, text=text, tree=_parser().parse(text=text))


@cache
def _parser() -> BicepParser:
    return BicepParser()


def _body(config: Any) -> dict[str, Any]:
    """Return what is in the braces, also of what is made on a condition or once for each of a list."""
    if "config" not in config:
        return dict(expression(config))
    condition = expression(config["condition"]) if config.get("condition") is not None else None
    return {"if": condition, **expression(config["config"])}


def expression(node: Any) -> Any:
    """Return *node* with every operator and function written out as text."""
    match node:
        case {"operator": {"type": kind, "operands": operands}}:
            return _operator(kind, [expression(operand) for operand in operands.values()])
        case {"function": {"type": kind} as rest}:
            parameters: Mapping[str, Any] = rest.get("parameters") or {}
            given = [expression(value) for value in parameters.values() if value is not None]
            called = f"{kind}({', '.join(map(str, given))})"
            return f"{called}.{rest['property_name']}" if rest.get("property_name") else called
        case dict():
            return {key.strip("'"): expression(value) for key, value in node.items()}
        case list():
            return [expression(value) for value in node]
    return node


def _operator(kind: str, operands: list[Any]) -> str:
    match kind, operands:
        case "property_accessor", [left, right]:
            return f"{left}.{right}"
        case "index_accessor", [left, right]:
            return f"{left}[{right}]"
        case "conditional", [condition, then, otherwise]:
            return f"{condition} ? {then} : {otherwise}"
        case "not", [operand]:
            return f"!{operand}"
    return f" {kind} ".join(map(str, operands))
