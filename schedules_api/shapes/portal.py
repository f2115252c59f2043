"""What the portal is told about this installation."""

from __future__ import annotations

from pydantic import ConfigDict

from schedules_api.shapes.base import Answer, Query


class AnyQuery(Query):
    """A query that is none of ours: the portal keeps what it shows in it."""

    model_config = ConfigDict(extra="ignore")


class PortalConfig(Answer):
    """*support_url*: where people are helped, None where nobody has said."""

    support_url: str | None
    version: str
