"""What the code says and what the catalogue lists are the same, both ways: alerts are written against it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.telemetry import catalogue
from sync_core.telemetry.catalogue import METRICS, SPANS, Instrument, Metric, SpanKind
from sync_core.telemetry.event_catalogue import EVENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).resolve().parents[2]
PRODUCT = [
    PROJECT / "function_app.py",
    *(PROJECT / "schedules_api").rglob("*.py"),
    *(file for file in (PROJECT / "sync_core").rglob("*.py") if file.parent.name != "telemetry"),
]
LEVELS = {"info", "warning", "error"}
#  What `function_app` names by a variable: one function takes both kinds of messages.
BY_VARIABLE = {"order_failed", "trial_failed"}


def calls() -> Iterator[ast.Call]:
    for file in PRODUCT:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                yield node


def events() -> Iterator[tuple[str, frozenset[str]]]:
    """Yield each event that the code writes, with the fields that it gives."""
    for call in calls():
        assert isinstance(call.func, ast.Attribute)
        if call.func.attr in LEVELS and ast.unparse(call.func.value).rpartition(".")[2].strip("_") == "log":
            fields = frozenset(keyword.arg or "**" for keyword in call.keywords) - {"failure"}
            named = call.args[0]
            if isinstance(named, ast.Constant):
                yield str(named.value), fields
            else:
                assert ast.unparse(named) == "failure", ast.unparse(call)
                yield from ((name, fields) for name in BY_VARIABLE)


def named_in_code(kind: type[Any]) -> set[str]:
    """Return the names of the catalogue's constants of *kind* that the product uses."""
    constants = {name for name, value in vars(catalogue).items() if isinstance(value, kind)}
    used = {
        node.id
        for file in PRODUCT
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    return constants & used


def constants_of(kind: type[Any]) -> set[str]:
    return {name for name, value in vars(catalogue).items() if isinstance(value, kind)}


def test_every_event_of_the_code_is_listed_with_its_fields() -> None:
    told = dict(events())

    assert {name: set(fields) for name, fields in told.items()} == {
        name: set(fields) for name, fields in EVENTS.items()
    }


def test_an_event_has_the_same_fields_wherever_it_is_written() -> None:
    written = set(events())

    assert len(written) == len({name for name, _ in written})


@pytest.mark.parametrize("kind", [Metric, SpanKind])
def test_everything_listed_is_used(kind: type[Any]) -> None:
    assert named_in_code(kind) == constants_of(kind)


def test_the_lists_are_complete() -> None:
    values = vars(catalogue).values()

    assert set(METRICS) == {value for value in values if isinstance(value, Metric)}
    assert set(SPANS) == {value for value in values if isinstance(value, SpanKind)}


def test_no_name_is_given_twice() -> None:
    names = [one.name for one in (*METRICS, *SPANS)] + list(EVENTS)

    assert len(names) == len(set(names))


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_metrics_are_named_and_shaped_alike(metric: Metric) -> None:
    assert re.fullmatch(r"syncs(\.[a-z_]+)+", metric.name)
    assert metric.meaning
    assert bool(metric.bounds) == (metric.instrument is Instrument.HISTOGRAM)
    assert list(metric.bounds) == sorted(metric.bounds)
    #  Each combination of values is a series of its own: who it was about is told by the events.
    assert not {"workspace", "group", "run", "tenant"} & set(metric.dimensions)


def test_every_name_is_explained_in_the_documentation() -> None:
    text = (PROJECT / "docs" / "telemetry.md").read_text(encoding="utf-8")
    fields = {field for listed in EVENTS.values() for field in listed}
    dimensions = {dimension for metric in METRICS for dimension in metric.dimensions}
    names = {one.name for one in (*METRICS, *SPANS)} | set(EVENTS) | dimensions | fields

    assert sorted(name for name in names if f"`{name}`" not in text) == []


def test_loading_the_function_app_loads_nothing_of_telemetry() -> None:
    """A cold start pays for it only where a setting switches it on, and then with the first trigger."""
    settings = {
        "SyncStorage": "UseDevelopmentStorage=true",
        "ENTRA_CLIENT_ID": "5f88e377-5187-498d-b536-47af039459b4",
        "ENTRA_CLIENT_SECRET": "x",
        "API_AUDIENCE": "0b6cba0c-3d0a-4e34-9a55-6f3b2bbd6a11",
        "TELEMETRY": "otlp",
    }
    code = "import function_app, sys; print(sorted(name for name in sys.modules if name.startswith('opentelemetry')))"
    done = subprocess.run(  # noqa: S603  this project's own module
        [sys.executable, "-c", code], cwd=PROJECT, env=settings, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
