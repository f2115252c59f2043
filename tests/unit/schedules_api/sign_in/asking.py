"""Asks who sent a request, without answering it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest

from schedules_api.problems import Problem
from schedules_api.sign_in.who import caller_of
from sync_core.settings import EntraSettings, Settings, StorageSettings
from tests.fakes.tokens import API, AUDIENCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schedules_api.callers import Caller
    from tests.fakes.world import World

SETTINGS = Settings(StorageSettings(), EntraSettings(AUDIENCE), API)
#  The platform's own sign-in is on, and to be believed.
EASY_AUTH = replace(SETTINGS, api=replace(API, platform_signs_in=True))


async def who_sent(
    world: World,
    headers: Mapping[str, str],
    *,
    settings: Settings = SETTINGS,
    method: str = "GET",
    url: str = "https://schedules.example/api/me",
) -> Caller:
    request = func.HttpRequest(method, url, headers=headers, body=b"")
    return await caller_of(request, settings=settings, services=world.services)


async def bearer_of(world: World, token: str, *, settings: Settings = SETTINGS) -> Caller:
    return await who_sent(world, {"Authorization": f"Bearer {token}"}, settings=settings)


async def why_refused(world: World, token: str, *, settings: Settings = SETTINGS) -> str:
    """Return the reason why the token is not accepted, once the refusal is a proper one."""
    with pytest.raises(Problem) as raised:
        await bearer_of(world, token, settings=settings)

    problem = raised.value
    assert (problem.code, problem.kind.status) == ("token-invalid", 401)
    challenge = f'Bearer realm="scheduled-syncs", error="invalid_token", error_description="{problem.detail}"'
    assert problem.headers == {"WWW-Authenticate": challenge}
    return problem.detail


def principal(*claims: tuple[str, Any], **members: Any) -> str:
    """Return the header's value as the platform writes it."""
    value = {"auth_typ": "aad", "claims": [{"typ": name, "val": text} for name, text in claims], **members}
    return base64.b64encode(json.dumps(value).encode()).decode()
