"""A problem, as RFC 9457 has it."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from schedules_api.shapes.base import LEFT_OUT, Answer


class FaultAnswer(Answer):
    """What is wrong with one part of a request."""

    field: Annotated[str, Field(description="The field of the body, the parameter or the header.")]
    reason: str


class ProblemAnswer(Answer):
    """Why a request was not carried out."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:scheduled-syncs:problem:invalid-request",
                    "title": "The request is not valid",
                    "status": 400,
                    "detail": "dayOfWeek is missing.",
                    "instance": "urn:scheduled-syncs:request:9f86d081884c7d659a2feaa0c55ad015",
                    "errors": [{"field": "dayOfWeek", "reason": "is missing"}],
                }
            ]
        },
    )

    type: Annotated[str, Field(description="Names the sort of problem, and never changes its meaning.")]
    title: str
    status: int
    detail: Annotated[str, Field(description="For people.")]
    instance: Annotated[str, Field(description="Names the request, as `X-Request-Id` does.")]
    errors: list[FaultAnswer] | None = LEFT_OUT
