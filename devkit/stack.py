"""The whole product on this machine: storage emulator, Entra simulator and functions host, started and stopped."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from devkit.child import PROJECT, Child, Command
from devkit.demo_admins import demo_admins
from devkit.entra_simulator.control import SimulatorControl
from devkit.errors import DevkitError
from devkit.functions_host.people import write_people
from devkit.local_entra import register_apps
from devkit.stack_settings import (
    CLIENT_ID,
    PERMISSIONS,
    SIGN_IN,
    environment,
    in_environment,
    settings_document,
    stack_settings,
)
from devkit.storage import Azurite, StoragePorts
from sync_core.adapters.queues.messages import open_queues
from sync_core.settings import read_settings
from sync_core.wiring import SystemClock, build

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import timedelta

    from devkit.data_folder import DataFolder
    from devkit.tenants.tenant_file import TenantFile
    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.flows.services import Services
    from sync_core.settings import Settings

_HOST = "127.0.0.1"
_GRACE_SECONDS = 10
_AS_THE_REAL_HOST = 600


@dataclass(frozen=True, slots=True)
class Ports:
    """Where to listen, 0 for any free port; *storage* is the first of three in a row."""

    http: int = 0
    storage: int = 0
    entra: int = 0


@dataclass(frozen=True, slots=True)
class Insight:
    """The product's own services and queues, to look into what the host's process does."""

    services: Services
    queues: AzureQueues


class Stack:
    """Use as an async context manager, then `start_host`. Nothing of it outlives the process, however that ends.

    *tell* is handed a sentence for each step, *on_line* each line of the host's log. *receive_visibility*: after how
    many seconds a killed host's messages come back (the real host: always 600). *more_settings* go over all others.
    *sign_in*: browsers choose who they are on a page of the host.
    """

    def __init__(
        self,
        folder: DataFolder,
        ports: Ports,
        *,
        tell: Callable[[str], None] = lambda _: None,
        on_line: Callable[[str], None] | None = None,
        receive_visibility: int = _AS_THE_REAL_HOST,
        more_settings: dict[str, str] | None = None,
        sign_in: bool = False,
    ) -> None:
        self._folder = folder
        self._ports = ports
        self._tell = tell
        self._on_line = on_line
        self._receive_visibility = receive_visibility
        self._more_settings = {**(SIGN_IN if sign_in else {}), **(more_settings or {})}
        self._sign_in = sign_in
        self._open = AsyncExitStack()
        self._ours: dict[str, str] = {}
        self._simulator: Child | None = None
        self._host: Child | None = None
        self._control: SimulatorControl | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._open.aclose()

    @property
    def control(self) -> SimulatorControl:
        """The running simulator's controls."""
        if self._control is None:
            raise ValueError("the stack was not started")
        return self._control

    @property
    def settings(self) -> Settings:
        """The product's settings as the host reads them, for a clock that is right.

        Raises:
            SettingError: one is wrong.
        """
        return read_settings(environment(self._ours))

    @property
    def host_process_id(self) -> int | None:
        return None if self._host is None else self._host.process_id

    async def load_tenant(self, tenant_id: str, tenant: TenantFile) -> None:
        """Let the simulator hold *tenant*, which has consented to the product."""
        await self.control.load_tenant(tenant_id, tenant, consents={CLIENT_ID: PERMISSIONS})

    async def start_host(self, *, clock_offset: timedelta | None = None) -> None:
        """Start the functions host, by a clock that is *clock_offset* away, and move the simulator's clock along.

        Raises:
            DevkitError: the host cannot start.
        """
        if clock_offset is None:
            clock_offset = self.settings.clock_offset
        seconds = round(clock_offset.total_seconds())
        await self.control.set_clock(offset_seconds=seconds)
        environ = environment({**self._ours, "SYNC_CLOCK_OFFSET": str(seconds)})
        self._host = Child(self._host_command(environ), on_line=self._on_line)
        self.url = str((await self._host.start())["url"])

    async def stop_host(self) -> None:
        if self._host is not None:
            await self._host.stop()

    async def kill_host(self) -> None:
        """End the host as a crash would."""
        if self._host is not None:
            await self._host.kill()

    async def process_ended(self) -> DevkitError:
        """Wait until the simulator or the host ends by itself; return what to say then."""
        children = [child for child in (self._simulator, self._host) if child is not None]
        waiting = [asyncio.ensure_future(child.ended()) for child in children]
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            for task in waiting:
                task.cancel()

    @asynccontextmanager
    async def insight(self, *, clock_offset: timedelta | None = None) -> AsyncIterator[Insight]:
        """Open the product's services in this process, over the same storage and the same Entra."""
        environ = environment(self._ours)
        async with AsyncExitStack() as stack:
            stack.enter_context(in_environment(environ))
            services = await build(self.settings, stack)
            if clock_offset is not None:
                services = replace(services, clock=SystemClock(clock_offset))
            queues = open_queues(connection_string=environ["SyncStorage"])
            stack.push_async_callback(queues.close)
            yield Insight(services, queues)

    async def _start(self) -> None:
        self._check_settings()
        _require_free(self._ports.http)
        storage, simulator = await self._start_outside()
        self._ours = {
            **stack_settings(
                connection_string=storage.connection_string,
                entra_url=simulator["url"],
                authority_file=Path(simulator["ca"]),
            ),
            **self._more_settings,
        }
        self._write_settings()
        self._control = await self._open.enter_async_context(
            SimulatorControl(simulator["url"], Path(simulator["ca"]))
        )
        await register_apps(self._control)
        self._open.push_async_callback(self.stop_host)

    async def _start_outside(self) -> tuple[Azurite, dict[str, Any]]:
        """Start side by side what the host needs."""
        try:
            async with asyncio.TaskGroup() as group:
                storage = group.create_task(self._start_storage())
                simulator = group.create_task(self._start_simulator())
        except* DevkitError as failures:
            raise failures.exceptions[0] from None
        return storage.result(), simulator.result()

    def _check_settings(self) -> None:
        """Find a wrong setting before anything is started."""
        elsewhere = stack_settings(
            connection_string="UseDevelopmentStorage=true", entra_url="https://localhost", authority_file=Path()
        )
        read_settings(environment({**elsewhere, **self._more_settings}))

    async def _start_storage(self) -> Azurite:
        first = self._ports.storage
        ports = StoragePorts(first, first + 1, first + 2) if first else StoragePorts()
        azurite = Azurite(folder=self._folder.azurite, ports=ports)
        self._open.callback(azurite.stop)
        await asyncio.to_thread(azurite.start)
        self._tell(f"Storage emulator (Azurite) on port {azurite.ports.table} and two more")
        return azurite

    async def _start_simulator(self) -> dict[str, Any]:
        port = str(self._ports.entra)
        options = ("--folder", str(self._folder.entra), "--port", port, "--until-stdin-closes")
        log = self._folder.log("entra")
        self._simulator = Child(Command("The Entra simulator", "devkit.entra_simulator", options, log))
        self._open.push_async_callback(self._simulator.stop)
        announced = await self._simulator.start()
        self._tell(f"Entra simulator on {announced['url']}")
        return announced

    def _host_command(self, environ: dict[str, str]) -> Command:
        options: dict[str, object] = {
            "--root": PROJECT,
            "--address": _HOST,
            "--port": self._ports.http,
            "--settings": self._folder.settings,
            "--data": self._folder.host,
            "--receive-visibility": self._receive_visibility,
            "--grace": _GRACE_SECONDS,
        }
        if self._sign_in:
            write_people(self._folder.people, demo_admins())
            options["--sign-in"] = self._folder.people
        given = [part for name, value in options.items() for part in (name, str(value))]
        return Command(
            "The functions host",
            "devkit.functions_host",
            (*given, "--ready-json", "--exit-with-parent"),
            self._folder.log("host"),
            environ,
        )

    def _write_settings(self) -> None:
        """Keep the settings in a file that `func start` takes as well."""
        text = json.dumps(settings_document(self._ours), indent=2)
        self._folder.settings.write_text(f"{text}\n", encoding="utf-8")


def _require_free(port: int) -> None:
    """Look before anything is started, so that the answer comes at once.

    Raises:
        DevkitError: something listens on *port*.
    """
    try:
        socket.create_server((_HOST, port)).close()
    except OSError as exc:
        raise DevkitError(
            f"Port {port} is taken: stop what uses it, or choose another with --port (make run PORT={port + 1})."
        ) from exc
    except OverflowError as exc:
        raise DevkitError(f"{port} is no port.") from exc
