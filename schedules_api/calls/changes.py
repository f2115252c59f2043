"""The calls about what a run changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schedules_api.operations import Route

ROUTES: tuple[Route, ...] = ()
