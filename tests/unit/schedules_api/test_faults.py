from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pydantic import TypeAdapter

from schedules_api.faults import IN_WORDS, check_shape
from schedules_api.problems import Problem
from schedules_api.routes import routes
from schedules_api.shapes.workspaces import WORKSPACE

if TYPE_CHECKING:
    from collections.abc import Iterator

#  Looked at by code of ours, with a sentence of its own.
_OURS = "^(not-run-yet|"


def patterns_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from patterns_in(part)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        for part in schema.values():
            yield from patterns_in(part)


def test_every_pattern_of_a_request_has_words_for_who_misses_it() -> None:
    operations = [operation for route in routes() for operation in route.operations.values()]
    shapes = [operation.body.shape for operation in operations if operation.body is not None]
    shapes += [TypeAdapter(operation.query) for operation in operations]

    patterns = {pattern for shape in shapes for pattern in patterns_in(shape.json_schema())}

    assert {pattern for pattern in patterns if not pattern.startswith(_OURS)} == IN_WORDS.keys()


def test_nobody_is_told_a_pattern() -> None:
    with pytest.raises(Problem) as caught:
        check_shape(WORKSPACE, {"name": " ", "plan": "Big", "tenantId": "x"})

    assert [fault.field for fault in caught.value.faults] == ["name", "plan", "tenantId"]
    assert not [fault.reason for fault in caught.value.faults if "^" in fault.reason]
