"""Put the product together: settings in, `Services` out. The one place that knows every adapter."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from sync_core.settings import Settings, read_settings
from sync_core.telemetry import NO_TELEMETRY, Destination, event_log, quieten_libraries

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from azure.core.credentials_async import AsyncTokenCredential

    from sync_core import ports
    from sync_core.adapters.queues.backlogs import QueueAccount
    from sync_core.adapters.queues.messages import AzureQueues
    from sync_core.adapters.tables.store import AzureTableStore
    from sync_core.adapters.telemetry.pipeline import Pipeline
    from sync_core.domain.ids import TenantId
    from sync_core.flows.services import Services
    from sync_core.settings import ApiSettings, EntraSettings, StorageSettings, TelemetrySettings
    from sync_core.telemetry import Telemetry

VERSION = "0.1.0"


class SystemClock:
    """The machine's clock, moved by an offset that is zero outside development."""

    def __init__(self, offset: timedelta) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class App:
    """The product's services for one process, built when they are first asked for."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._services: Services | None = None
        self._open = AsyncExitStack()
        self._building = asyncio.Lock()
        self._pipeline: Pipeline | None = None
        self._working = 0

    async def services(self) -> Services:
        """Return the services; the first call opens the connections and makes missing tables and queues."""
        async with self._building:
            if self._services is None:
                self._services = await self._build()
        return self._services

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[Services]:
        """Lend the services to a timer or a queue message; when none is at work any more, telemetry is sent.

        Then the platform may take the instance away: learn.microsoft.com, "Event-driven scaling in Azure Functions".
        """
        self._working += 1
        try:
            yield await self.services()
        finally:
            self._working -= 1
            if self._pipeline is not None and not self._working:
                await self._pipeline.flush()

    async def _build(self) -> Services:
        """Build the services; what was opened before a failure is closed again."""
        async with AsyncExitStack() as opening:
            self._pipeline = _open_telemetry(self.settings.telemetry, opening)
            telemetry = NO_TELEMETRY if self._pipeline is None else self._pipeline.telemetry
            services = await build(self.settings, opening, telemetry=telemetry)
            self._open = opening.pop_all()
        return services

    async def close(self) -> None:
        """Close every connection. The next call of `services` opens new ones."""
        self._services = self._pipeline = None
        await self._open.aclose()


def app_from_environment() -> App:
    """Return the app for this process's environment variables.

    Raises:
        SettingError: a setting is missing or wrong; nothing may start.
    """
    quieten_libraries()
    return App(read_settings(os.environ))


async def build(settings: Settings, stack: AsyncExitStack, *, telemetry: Telemetry = NO_TELEMETRY) -> Services:
    """Open what *settings* name and return the services; *stack* closes it all.

    Only the function app itself has *telemetry*: what else uses the services is not the product at work.
    """
    #  SDKs load when the first trigger needs them: importing the app stays quick.
    from sync_core.adapters.directory.names import TABLES as DIRECTORY_TABLES  # noqa: PLC0415
    from sync_core.adapters.queues import connection_trials, orders  # noqa: PLC0415
    from sync_core.adapters.queues.events import DIRECTORY_CHANGES  # noqa: PLC0415
    from sync_core.adapters.tables.names import TABLES  # noqa: PLC0415

    tables, queues = _open_storage(settings.storage, stack, telemetry)
    await tables.ensure_tables((*TABLES, *DIRECTORY_TABLES))
    await queues.ensure_queues((*orders.QUEUES, *connection_trials.QUEUES, DIRECTORY_CHANGES))
    return _services(settings, tables, queues, stack, telemetry)


def open_for_operator(settings: Settings, stack: AsyncExitStack) -> tuple[Services, ports.Messages]:
    """Return the services and the queues' messages over what *settings* name; *stack* closes it all.

    Where they name no connection string, storage is asked as whoever is signed in on this machine. Nothing is made:
    a table that is missing says that another storage account was meant.
    """
    tables, queues = _open_storage(settings.storage, stack, NO_TELEMETRY, identity=_signed_in)
    return _services(settings, tables, queues, stack, NO_TELEMETRY), queues.one_by_one


def _services(
    settings: Settings, tables: AzureTableStore, queues: AzureQueues, stack: AsyncExitStack, telemetry: Telemetry
) -> Services:
    clock = SystemClock(settings.clock_offset)
    services = assemble(
        tables=tables,
        sender=queues,
        clock=clock,
        entra=_open_entra(settings.entra, stack, telemetry),
        signing_keys=_signing_keys(settings.api, clock),
        telemetry=telemetry,
    )
    return replace(services, lease=settings.run_lease, history=settings.history)


def assemble(
    *,
    tables: ports.TableStore,
    sender: QueueAccount,
    clock: ports.Clock,
    entra: ports.Entra,
    signing_keys: ports.SigningKeys,
    telemetry: Telemetry = NO_TELEMETRY,
) -> Services:
    """Return the services over these outside things, real ones or the tests' own."""
    from sync_core.adapters.directory.identities import TableIdentities  # noqa: PLC0415
    from sync_core.adapters.directory.members import TableMembers  # noqa: PLC0415
    from sync_core.adapters.directory.people import TablePeople  # noqa: PLC0415
    from sync_core.adapters.queues.backlogs import QueueBacklogs  # noqa: PLC0415
    from sync_core.adapters.queues.connection_trials import QueueConnectionTrials  # noqa: PLC0415
    from sync_core.adapters.queues.events import QueueEvents  # noqa: PLC0415
    from sync_core.adapters.queues.orders import QueueOrders  # noqa: PLC0415
    from sync_core.adapters.tables.groups import TableGroups  # noqa: PLC0415
    from sync_core.adapters.tables.holds import TableHolds  # noqa: PLC0415
    from sync_core.adapters.tables.journal import TableJournal  # noqa: PLC0415
    from sync_core.adapters.tables.nights import TableNights  # noqa: PLC0415
    from sync_core.adapters.tables.runs import TableRuns  # noqa: PLC0415
    from sync_core.adapters.tables.schedules import TableSchedules  # noqa: PLC0415
    from sync_core.adapters.tables.states import TableGroupStates  # noqa: PLC0415
    from sync_core.adapters.tables.workspaces import TableWorkspaces  # noqa: PLC0415
    from sync_core.flows.services import Services  # noqa: PLC0415

    return Services(
        clock=clock,
        workspaces=TableWorkspaces(tables),
        groups=TableGroups(tables),
        schedules=TableSchedules(tables),
        nights=TableNights(tables),
        runs=TableRuns(tables),
        states=TableGroupStates(tables),
        journal=TableJournal(tables),
        identities=TableIdentities(tables),
        people=TablePeople(tables),
        members=TableMembers(tables),
        holds=TableHolds(tables),
        events=QueueEvents(sender),
        orders=QueueOrders(sender, clock=clock, telemetry=telemetry),
        trials=QueueConnectionTrials(sender, clock=clock),
        backlogs=QueueBacklogs(sender),
        entra=entra,
        signing_keys=signing_keys,
        log=event_log("sync_core"),
        telemetry=telemetry,
        new_token=lambda: uuid4().hex[:12],
        new_secret=lambda: secrets.token_urlsafe(32),
    )


def consent_page(settings: Settings, *, tenant: TenantId, redirect_uri: str, state: str) -> str:
    """Return the address at which an administrator of *tenant* consents, and comes back to *redirect_uri*."""
    from sync_core.adapters.entra import consent  # noqa: PLC0415

    return consent.consent_page(
        authority=settings.entra.authority,
        graph_base_url=settings.entra.graph_base_url,
        client_id=settings.entra.client_id,
        tenant=tenant,
        redirect_uri=redirect_uri,
        state=state,
    )


def _open_telemetry(telemetry: TelemetrySettings, stack: AsyncExitStack) -> Pipeline | None:
    if telemetry.destination is Destination.NONE:
        return None
    from sync_core.adapters.telemetry.pipeline import open_pipeline  # noqa: PLC0415

    pipeline = open_pipeline(
        telemetry.destination,
        connection_string=telemetry.connection_string,
        service_name=telemetry.service_name,
        instance=telemetry.instance,
        version=VERSION,
    )
    stack.push_async_callback(pipeline.close)
    return pipeline


def _managed_identity(storage: StorageSettings) -> AsyncTokenCredential:
    from azure.identity.aio import ManagedIdentityCredential  # noqa: PLC0415

    return ManagedIdentityCredential(client_id=storage.client_id)


def _signed_in(_: StorageSettings) -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

    return DefaultAzureCredential()


def _open_storage(
    storage: StorageSettings,
    stack: AsyncExitStack,
    telemetry: Telemetry,
    identity: Callable[[StorageSettings], AsyncTokenCredential] = _managed_identity,
) -> tuple[AzureTableStore, AzureQueues]:
    from sync_core.adapters.queues.messages import open_queues  # noqa: PLC0415
    from sync_core.adapters.tables.connect import open_table_store  # noqa: PLC0415

    if storage.connection_string is not None:
        tables = open_table_store(connection_string=storage.connection_string, telemetry=telemetry)
        queues = open_queues(connection_string=storage.connection_string, telemetry=telemetry)
    else:
        credential = identity(storage)
        stack.push_async_callback(credential.close)
        tables = open_table_store(endpoint=storage.table_service_uri, credential=credential, telemetry=telemetry)
        queues = open_queues(endpoint=storage.queue_service_uri, credential=credential, telemetry=telemetry)
    stack.push_async_callback(tables.close)
    stack.push_async_callback(queues.close)
    return tables, queues


def _open_entra(entra: EntraSettings, stack: AsyncExitStack, telemetry: Telemetry) -> ports.Entra:
    from sync_core.adapters.entra.client import GraphClients  # noqa: PLC0415
    from sync_core.adapters.entra.credentials import AppIdentity  # noqa: PLC0415
    from sync_core.adapters.entra.reader import GraphEntra  # noqa: PLC0415

    app = AppIdentity(
        client_id=entra.client_id,
        authority=entra.authority,
        managed_identity_client_id=entra.managed_identity_client_id,
        certificate_path=entra.certificate_path,
        client_secret=entra.client_secret,
        ca_file=_private_certificates(),
    )
    clients = GraphClients(app, graph_base_url=entra.graph_base_url, version=VERSION, telemetry=telemetry)
    stack.push_async_callback(clients.close)
    return GraphEntra(clients)


def _signing_keys(api: ApiSettings, clock: ports.Clock) -> ports.SigningKeys:
    from sync_core.adapters.sign_in.signing_keys import PublishedKeys  # noqa: PLC0415

    return PublishedKeys(api.authority, clock=clock, log=event_log("sync_core"), ca_file=_private_certificates())


def _private_certificates() -> str | None:
    """Return the file that the standard variable for a private certificate authority names.

    Such as a company's proxy or the simulator.
    """
    return os.environ.get("SSL_CERT_FILE")
