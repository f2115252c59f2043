"""The app settings in the Bicep: complete, true to docs/settings.md, and taken by the product."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sync_core.domain.errors import SettingError
from sync_core.settings import MIDNIGHT_UTC, Settings, read_settings
from tests.infra.bicep import PROJECT, bicep

SET: dict[str, Any] = dict(bicep("app/api.bicep").resources["settings"]["properties"])
MAIN = bicep("main.bicep")
#  Settings that an app in Azure goes without, and why.
NOT_NEEDED = {
    "SyncStorage": "a connection string is for a developer's machine",
    "SYNC_CLOCK_OFFSET": "for a developer's machine alone",
    "ENTRA_CERTIFICATE_PATH": "the managed identity proves who we are",
    "ENTRA_CLIENT_SECRET": "the managed identity proves who we are",
    "TELEMETRY": "it goes to Application Insights, because that is named",
    "OTEL_SERVICE_NAME": "the function app's own name says which app it is",
}
#  Read by the host and the platform, not by the product: no part of docs/settings.md.
OF_THE_PLATFORM = {
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__queueServiceUri",
    "AzureWebJobsStorage__tableServiceUri",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
}
#  With the first the worker fails each asynchronous invocation: Azure/azure-functions-python-worker, issue 1881. With
#  the second it opens a pipeline of its own beside the product's.
BREAKS_THE_WORKER = {"PYTHON_ENABLE_OPENTELEMETRY", "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY"}
#  learn.microsoft.com, "Flex Consumption plan", "Deprecated properties and settings".
REFUSED_BY_FLEX = re.compile(
    r"FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_RUN_FROM_PACKAGE|WEBSITE_TIME_ZONE|TZ"
    r"|WEBSITE_CONTENT\w+|SCM_DO_BUILD_DURING_DEPLOYMENT|ENABLE_ORYX_BUILD"
)
CLIENT_ID = "6a1c9d52-80f4-4a6e-9c1b-2f3e4d5c6b7a"
IDENTITY = "1b2c3d4e-5f60-4718-8293-a4b5c6d7e8f9"


def documented() -> set[str]:
    """Return the settings that docs/settings.md has a row for."""
    rows = re.findall(r"^\| (`.+?) \| ", (PROJECT / "docs/settings.md").read_text("utf-8"), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def deployed(**parameters: str) -> dict[str, str]:
    """Return the environment of the app when *parameters* are given and all others are left as they are."""
    known: dict[str, Any] = {
        name: parameter["default"] for name, parameter in MAIN.parameters.items() if parameter["default"] is not None
    }
    known |= {"entraClientId": CLIENT_ID, "identityClientId": IDENTITY, **parameters}
    known["environment().authentication.loginEndpoint"] = "https://login.microsoftonline.com/"
    known["applicationInsights.properties.ConnectionString"] = f"InstrumentationKey={IDENTITY}"
    for service in ("blob", "queue", "table"):
        known[f"storage.properties.primaryEndpoints.{service}"] = f"https://st.{service}.core.windows.net/"
    return {
        **{name: _value(str(text), known) for name, text in SET.items()},
        "WEBSITE_HOSTNAME": "func-api.azurewebsites.net",
        "WEBSITE_INSTANCE_ID": "0",
        "WEBSITE_AUTH_ENABLED": "True",
    }


def _value(text: str, known: dict[str, Any]) -> str:
    name = found[1] if (found := re.fullmatch(r"string\((\w+)\)", text)) else text
    if name in known:
        return str(known[name])
    return re.sub(r"\$\{(\w+)\}", lambda match: str(known[match[1]]), text)


def settings(**parameters: str) -> Settings:
    return read_settings(deployed(**parameters))


def test_the_documented_settings_are_those_that_are_read() -> None:
    """So that comparing with the page compares with the product."""
    sources = "".join(file.read_text("utf-8") for file in (PROJECT / "sync_core/settings").glob("*.py"))

    assert {name for name in documented() if name not in sources} <= OF_THE_PLATFORM


def test_nothing_is_set_with_which_the_worker_fails() -> None:
    assert set(SET) & BREAKS_THE_WORKER == set()


def test_every_setting_is_set_or_not_needed() -> None:
    assert documented() - OF_THE_PLATFORM == (set(SET) - OF_THE_PLATFORM) | set(NOT_NEEDED)
    assert set(SET) >= OF_THE_PLATFORM


def test_what_is_not_needed_is_not_set() -> None:
    assert set(SET) & set(NOT_NEEDED) == set()


def test_nothing_is_set_that_flex_consumption_refuses() -> None:
    assert [name for name in SET if REFUSED_BY_FLEX.fullmatch(name)] == []


@pytest.mark.parametrize("connection", ["AzureWebJobsStorage", "SyncStorage"])
def test_a_connection_by_identity_is_complete(connection: str) -> None:
    """A user-assigned identity needs all three; without the client id the host looks for another one."""
    services = ["blob", "queue", "table"] if connection == "AzureWebJobsStorage" else ["queue", "table"]

    assert {name: value for name, value in SET.items() if name.startswith(f"{connection}__")} == {
        f"{connection}__credential": "managedidentity",
        f"{connection}__clientId": "identityClientId",
        **{f"{connection}__{name}ServiceUri": f"storage.properties.primaryEndpoints.{name}" for name in services},
    }


def test_the_host_sends_telemetry_as_the_identity() -> None:
    assert SET["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == "ClientId=${identityClientId};Authorization=AAD"
    assert SET["APPLICATIONINSIGHTS_CONNECTION_STRING"] == "applicationInsights.properties.ConnectionString"


def test_the_product_takes_them() -> None:
    taken = settings()

    assert taken.storage.client_id == IDENTITY
    assert taken.storage.table_service_uri == "https://st.table.core.windows.net"
    assert (taken.entra.client_id, taken.entra.managed_identity_client_id) == (CLIENT_ID, IDENTITY)
    assert taken.api.audiences == {CLIENT_ID, f"api://{CLIENT_ID}"}
    assert taken.public_url == "https://func-api.azurewebsites.net"
    assert not taken.development


def test_the_night_begins_at_midnight_utc() -> None:
    """Flex Consumption knows no other time zone than UTC, and WEBSITE_TIME_ZONE is not set."""
    assert SET["SYNC_SCHEDULE"] == "0 0 0 * * *" == MIDNIGHT_UTC


def test_the_platforms_sign_in_is_believed() -> None:
    assert settings().api.platform_signs_in


def test_nobody_acts_as_the_platform_until_it_is_said_who() -> None:
    assert settings().api.platform_tenant_id is None


def test_the_platform_is_who_the_parameters_say() -> None:
    taken = settings(platformTenantId=CLIENT_ID, platformClientIds=f"{IDENTITY},{CLIENT_ID}")

    assert taken.api.platform_tenant_id == CLIENT_ID
    assert taken.api.platform_client_ids == {IDENTITY, CLIENT_ID}


def test_half_a_platform_stops_the_start() -> None:
    with pytest.raises(SettingError, match="PLATFORM_CLIENT_IDS"):
        settings(platformTenantId=CLIENT_ID)


def test_a_domain_of_its_own_replaces_the_platforms_name() -> None:
    assert settings(publicUrl="https://syncs.example").public_url == "https://syncs.example"


def test_defaults_are_the_products_own() -> None:
    taken = settings()
    least = Settings(storage=taken.storage, entra=taken.entra, api=taken.api)

    assert (taken.run_lease, taken.history) == (least.run_lease, least.history)
    assert taken.api.requests_per_minute == type(taken.api)(audiences=frozenset()).requests_per_minute
    assert taken.entra.graph_base_url == type(taken.entra)(client_id="").graph_base_url
