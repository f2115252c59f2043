"""An instance that comes to rest sends what it knows: the platform may take it away the next moment."""

from __future__ import annotations

import asyncio
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func
import pytest
from azure.functions.queue import QueueMessage as FromTheHost

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


@pytest.fixture
async def function_app(azurite: Azurite, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, Any]]:
    """Return what the module of the triggers holds, loaded afresh."""
    for name, value in settings(azurite, "none").items():
        monkeypatch.setenv(name, value)
    module = runpy.run_path(FUNCTION_APP)
    yield module
    await module["product"].close()


async def fail(*_: object) -> None:
    raise ValueError(ADDRESS)


async def test_the_host_is_told_of_a_failure_by_its_class_alone(
    function_app: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """It logs whatever an error says, and the error may repeat whom it was about."""
    message = func.QueueMessage(body=b"an order")

    with pytest.raises(function_app["Failed"]) as told:
        await function_app["_take_through"](message, fail, fail, failure="order_failed")

    assert (str(told.value), told.value.__suppress_context__) == ("ValueError", True)
    assert "order_failed" in caplog.text
    assert ADDRESS not in caplog.text


async def test_so_it_is_of_a_timer(function_app: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(function_app["Failed"], match=r"^ValueError$"):
        async with function_app["_timer_at_work"]("enqueue_due"):
            await fail()

    [record] = [one for one in caplog.records if one.message == "timer_failed"]
    assert vars(record)["timer"] == "enqueue_due"
    assert ADDRESS not in caplog.text


async def test_so_it_is_where_a_message_cannot_even_be_given_up(
    function_app: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    last = FromTheHost(body=b"an order", dequeue_count=5)  # type: ignore[no-untyped-call]

    with pytest.raises(function_app["Failed"], match=r"^ValueError$"):
        await function_app["_take_through"](last, fail, fail, failure="order_failed")

    assert ADDRESS not in caplog.text
