"""The JSON schemas of all bodies, queries and answers, as pydantic writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from schedules_api.shapes.problem import ProblemAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from pydantic import BaseModel

    from schedules_api.operations import JsonBody, Operation
    from schedules_api.shapes.base import Query

_PLACE = "#/components/schemas/"


class Schemas:
    """The schemas of *operations*. *shared*: those with a name, for the document's components."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        inputs: dict[Any, tuple[Any, Any, TypeAdapter[Any]]] = {}

        def add(key: Any, mode: str, shape: TypeAdapter[Any]) -> None:
            inputs[key, mode] = (key, mode, shape)

        add(ProblemAnswer, "serialization", TypeAdapter(ProblemAnswer))
        for operation in operations:
            add(operation.query, "validation", TypeAdapter(operation.query))
            if operation.body is not None:
                add(id(operation.body), "validation", operation.body.shape)
            for shape in filter(None, operation.answers.values()):
                add(shape, "serialization", TypeAdapter(shape))
        self._found, shared = TypeAdapter.json_schemas(inputs.values(), ref_template=_PLACE + "{model}")
        queries = {operation.query.__name__ for operation in operations}
        self._named: dict[str, Any] = dict(sorted(shared.get("$defs", {}).items()))
        self.shared = {name: schema for name, schema in self._named.items() if name not in queries}

    def of_body(self, body: JsonBody) -> dict[str, Any]:
        return dict(self._found[id(body), "validation"])

    def of_answer(self, shape: type[BaseModel]) -> dict[str, Any]:
        return dict(self._found[shape, "serialization"])

    def parameters(self, query: type[Query]) -> tuple[Mapping[str, dict[str, Any]], AbstractSet[str]]:
        """Return the schema of each parameter of a query, and which of them are needed."""
        schema = self._found[query, "validation"]
        if "$ref" in schema:
            schema = self._named[schema["$ref"].removeprefix(_PLACE)]
        return schema.get("properties", {}), set(schema.get("required", ()))
