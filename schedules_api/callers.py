"""Who may call: for now everybody on a developer's machine, and nobody anywhere else.

Tokens are not verified here yet, so there is no caller that could be believed. Only the local stack, which sets
``AZURE_FUNCTIONS_ENVIRONMENT`` to ``Development``, answers without sign-in; a deployed app refuses every call but
those of anonymous routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schedules_api.problems import Problem

if TYPE_CHECKING:
    from sync_core.settings import Settings


def authorise(settings: Settings) -> None:
    """Let the call through.

    Raises:
        Problem: ``sign-in-not-set-up``.
    """
    if not settings.development:
        raise Problem(
            "sign-in-not-set-up",
            "This deployment has no sign-in, so its API is closed.",
            #  RFC 9110, section 15.5.2: a 401 names a way to authenticate.
            headers={"WWW-Authenticate": "Bearer"},
        )
