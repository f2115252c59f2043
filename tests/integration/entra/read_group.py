"""Read one group in a process of its own, and print its name and all that was traced meanwhile, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from sync_core.adapters.entra.client import GraphClients
from sync_core.adapters.entra.credentials import AppIdentity
from sync_core.adapters.entra.reader import GraphEntra
from sync_core.domain.ids import EntraGroupId, TenantId


async def _read(url: str, client_id: str, secret: str, tenant: str, group: str) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    app = AppIdentity(client_id=client_id, authority=url, client_secret=secret)
    clients = GraphClients(app, graph_base_url=f"{url}/v1.0", version="1.2.3")
    found = await GraphEntra(clients).group(TenantId(tenant), EntraGroupId(group))
    await clients.close()
    traced = [span.to_json() for span in spans.get_finished_spans()]
    print(json.dumps({"name": found.name, "traced": traced}))  # noqa: T201 (read by the test)


if __name__ == "__main__":
    asyncio.run(_read(*sys.argv[1:]))
