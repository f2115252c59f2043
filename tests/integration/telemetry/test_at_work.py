"""An instance that comes to rest sends what it knows: the platform may take it away the next moment."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import azure.functions as func
import pytest

from sync_core.settings import read_settings
from sync_core.telemetry.catalogue import DUE
from sync_core.wiring import App

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from devkit.storage import Azurite

FUNCTION_APP = str(Path(__file__).resolve().parents[3] / "function_app.py")
ADDRESS = "ada@contoso.example"


def settings(azurite: Azurite, telemetry: str) -> dict[str, str]:
    return {
        "SyncStorage": azurite.connection_string,
        "ENTRA_CLIENT_ID": "5f88e377-5187-498d-b536-47af039459b4",
        "ENTRA_CLIENT_SECRET": "x",
        "API_AUDIENCE": "0b6cba0c-3d0a-4e34-9a55-6f3b2bbd6a11",
        "TELEMETRY": telemetry,
    }


@pytest.fixture
async def app(azurite: Azurite) -> AsyncIterator[App]:
    app = App(read_settings(settings(azurite, "console")))
    yield app
    await app.close()


async def test_what_was_measured_is_sent_when_the_last_one_is_done(
    app: App, capsys: pytest.CaptureFixture[str]
) -> None:
    async with app.at_work():
        async with app.at_work() as services:
            services.telemetry.measure(DUE, 7)
        assert DUE.name not in capsys.readouterr().err

    assert DUE.name in capsys.readouterr().err


async def test_it_is_sent_behind_a_failure_too(app: App, capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        async with app.at_work() as services:
            services.telemetry.measure(DUE, 7)
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        await fail()

    assert DUE.name in capsys.readouterr().err


async def test_who_begins_while_it_is_sent_does_not_wait(app: App) -> None:
    async def work() -> None:
        async with app.at_work():
            await asyncio.sleep(0)

    await asyncio.gather(*(work() for _ in range(8)))

    async with app.at_work() as services:
        assert services is await app.services()


async def test_nobody_listens_where_telemetry_is_off(azurite: Azurite, capsys: pytest.CaptureFixture[str]) -> None:
    app = App(read_settings(settings(azurite, "none")))
    async with app.at_work() as services:
        services.telemetry.measure(DUE, 7)
    await app.close()

    assert capsys.readouterr().err == ""


async def test_the_host_is_told_of_a_failure_by_its_class_alone(
    azurite: Azurite, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It logs whatever an error says, and the error may repeat whom it was about."""

    async def fail(*_: object) -> None:
        raise ValueError(ADDRESS)

    for name, value in settings(azurite, "none").items():
        monkeypatch.setenv(name, value)
    app = runpy.run_path(FUNCTION_APP)
    message = func.QueueMessage(body=b"an order")

    with pytest.raises(app["DeliverAgain"]) as told:
        await app["_take_through"](message, fail, fail, failure="order_failed")
    await app["product"].close()

    assert (str(told.value), told.value.__suppress_context__) == ("ValueError", True)
    assert "order_failed" in caplog.text
    assert ADDRESS not in caplog.text
