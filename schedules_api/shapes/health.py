"""How the app says that it is well."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from schedules_api.shapes.base import Answer


class HealthAnswer(Answer):
    status: Literal["ok"]
    version: str
    storage: Literal["ok"]
    time: datetime
