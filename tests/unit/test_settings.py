from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import SettingError
from sync_core.settings import ApiSettings, TelemetrySettings, read_settings
from sync_core.telemetry import Destination

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = "AccountName=devstoreaccount1;AccountKey=a2V5;TableEndpoint=http://127.0.0.1:10002/devstoreaccount1"
CLIENT = "5f88e377-5187-498d-b536-47af039459b4"
AUDIENCE = "0b6cba0c-3d0a-4e34-9a55-6f3b2bbd6a11"
LEAST = {
    "SyncStorage": ACCOUNT,
    "ENTRA_CLIENT_ID": CLIENT,
    "ENTRA_CLIENT_SECRET": "s3cret-value",
    "API_AUDIENCE": AUDIENCE,
}
INSIGHTS = "InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-5.example/"
PLATFORM = {"PLATFORM_TENANT_ID": "7D0E4B5C-52A8-4C0E-9A5E-0C6F6D7F6A01", "PLATFORM_CLIENT_IDS": CLIENT}


def without(*names: str) -> dict[str, str]:
    return {name: value for name, value in LEAST.items() if name not in names}


def test_the_least_that_must_be_set_is_completed_by_defaults() -> None:
    settings = read_settings(LEAST)

    assert settings.storage.connection_string == ACCOUNT
    assert settings.entra.client_id == CLIENT
    assert settings.entra.graph_base_url == "https://graph.microsoft.com/v1.0"
    assert settings.entra.authority == "https://login.microsoftonline.com"
    assert settings.sync_schedule == "0 0 0 * * *"
    assert settings.run_lease == timedelta(seconds=90)
    assert settings.history == timedelta(days=90)
    assert settings.clock_offset == timedelta(0)
    assert settings.api == ApiSettings(
        audiences=frozenset({AUDIENCE}),
        authority="https://login.microsoftonline.com",
        platform_tenant_id=None,
        platform_client_ids=frozenset(),
        platform_signs_in=False,
        requests_per_minute=600,
    )


def test_storage_can_be_reached_by_an_identity() -> None:
    settings = read_settings(
        {
            **without("SyncStorage"),
            "SyncStorage__queueServiceUri": "https://acme.queue.core.windows.net/",
            "SyncStorage__tableServiceUri": "https://acme.table.core.windows.net",
            "SyncStorage__credential": "managedidentity",
            "SyncStorage__clientId": CLIENT,
        }
    )

    assert settings.storage.connection_string is None
    assert settings.storage.queue_service_uri == "https://acme.queue.core.windows.net"
    assert settings.storage.table_service_uri == "https://acme.table.core.windows.net"
    assert settings.storage.client_id == CLIENT


@pytest.mark.parametrize(
    ("name", "value"), [("ENTRA_CERTIFICATE_PATH", "/keys/app.pem"), ("ENTRA_MANAGED_IDENTITY_CLIENT_ID", CLIENT)]
)
def test_each_other_way_to_sign_in_stands_alone(name: str, value: str) -> None:
    entra = read_settings({**without("ENTRA_CLIENT_SECRET"), name: value}).entra

    chosen = (entra.managed_identity_client_id, entra.certificate_path, entra.client_secret)
    assert [way for way in chosen if way is not None] == [value]


def test_a_national_cloud_can_be_set() -> None:
    entra = read_settings(
        {
            **LEAST,
            "GRAPH_BASE_URL": "https://graph.microsoft.us/v1.0/",
            "ENTRA_AUTHORITY": "https://login.microsoftonline.us",
        }
    ).entra

    assert entra.graph_base_url == "https://graph.microsoft.us/v1.0"
    assert entra.authority == "https://login.microsoftonline.us"


def test_a_graph_on_this_machine_may_do_without_tls() -> None:
    entra = read_settings({**LEAST, "GRAPH_BASE_URL": "http://localhost:8080/v1.0"}).entra

    assert entra.graph_base_url == "http://localhost:8080/v1.0"


def test_tokens_may_be_made_out_to_several_audiences() -> None:
    api = read_settings({**LEAST, "API_AUDIENCE": f" {AUDIENCE.upper()}, api://Schedules.example/v1 ,"}).api

    assert api.audiences == {AUDIENCE, "api://Schedules.example/v1"}


def test_the_platform_is_a_tenant_and_its_apps() -> None:
    """Ids are compared as tokens write them: in lower case."""
    api = read_settings({**LEAST, **PLATFORM, "PLATFORM_CLIENT_IDS": f"{CLIENT.upper()},{AUDIENCE}"}).api

    assert api.platform_tenant_id == "7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"
    assert api.platform_client_ids == {CLIENT, AUDIENCE}


@pytest.mark.parametrize(
    ("environ", "believed"),
    [
        ({"TRUST_PLATFORM_AUTH": "true", "WEBSITE_AUTH_ENABLED": "True"}, True),
        ({"TRUST_PLATFORM_AUTH": "TRUE", "WEBSITE_AUTH_ENABLED": "true"}, True),
        ({"TRUST_PLATFORM_AUTH": "true"}, False),
        ({"TRUST_PLATFORM_AUTH": "true", "WEBSITE_AUTH_ENABLED": "False"}, False),
        ({"TRUST_PLATFORM_AUTH": "true", "WEBSITE_AUTH_ENABLED": "1"}, False),
        ({"WEBSITE_AUTH_ENABLED": "True"}, False),
        ({"TRUST_PLATFORM_AUTH": "false", "WEBSITE_AUTH_ENABLED": "True"}, False),
    ],
)
def test_the_platforms_sign_in_must_be_on_and_trusted(environ: Mapping[str, str], *, believed: bool) -> None:
    """Without it anybody can send the header that names a caller."""
    assert read_settings({**LEAST, **environ}).api.platform_signs_in is believed


def test_callers_can_be_given_another_rate_and_signer() -> None:
    api = read_settings(
        {**LEAST, "API_REQUESTS_PER_MINUTE": "30", "API_AUTHORITY": "https://login.microsoftonline.us/"}
    ).api

    assert (api.requests_per_minute, api.authority) == (30, "https://login.microsoftonline.us")


def test_a_developer_can_move_the_clock() -> None:
    settings = read_settings({**LEAST, "SYNC_CLOCK_OFFSET": "86400", "AZURE_FUNCTIONS_ENVIRONMENT": "Development"})

    assert settings.clock_offset == timedelta(days=1)


@pytest.mark.parametrize(
    ("environ", "development"),
    [
        ({}, False),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": "Production"}, False),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": "development"}, False),
        ({"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}, True),
    ],
)
def test_only_the_local_stacks_own_word_means_development(environ: Mapping[str, str], *, development: bool) -> None:
    assert read_settings({**LEAST, **environ}).development is development


def test_blank_counts_as_not_set() -> None:
    settings = read_settings({**LEAST, "RUN_LEASE_SECONDS": "  ", "ENTRA_CERTIFICATE_PATH": ""})

    assert settings.run_lease == timedelta(seconds=90)
    assert settings.entra.certificate_path is None


WRONG: list[tuple[Mapping[str, str], str]] = [
    (without("SyncStorage"), "SyncStorage"),
    ({**LEAST, "SyncStorage": "not a connection string"}, "SyncStorage"),
    ({**LEAST, "SyncStorage__queueServiceUri": "https://a.example"}, "SyncStorage__queueServiceUri"),
    (
        {**without("SyncStorage"), "SyncStorage__queueServiceUri": "https://a.example"},
        "SyncStorage__tableServiceUri",
    ),
    (
        {
            **without("SyncStorage"),
            "SyncStorage__queueServiceUri": "https://a.example",
            "SyncStorage__tableServiceUri": "https://b.example",
            "SyncStorage__credential": "workloadidentity",
        },
        "SyncStorage__credential",
    ),
    (without("ENTRA_CLIENT_ID"), "ENTRA_CLIENT_ID"),
    ({**LEAST, "ENTRA_CLIENT_ID": "my-app"}, "ENTRA_CLIENT_ID"),
    (without("ENTRA_CLIENT_SECRET"), "ENTRA_CLIENT_SECRET"),
    ({**LEAST, "ENTRA_CERTIFICATE_PATH": "/keys/app.pem"}, "ENTRA_CERTIFICATE_PATH"),
    (
        {**without("ENTRA_CLIENT_SECRET"), "ENTRA_MANAGED_IDENTITY_CLIENT_ID": "me"},
        "ENTRA_MANAGED_IDENTITY_CLIENT_ID",
    ),
    ({**LEAST, "GRAPH_BASE_URL": "http://graph.microsoft.com/v1.0"}, "GRAPH_BASE_URL"),
    ({**LEAST, "GRAPH_BASE_URL": "graph.microsoft.com"}, "GRAPH_BASE_URL"),
    ({**LEAST, "GRAPH_BASE_URL": "https://me:pass@graph.microsoft.com"}, "GRAPH_BASE_URL"),
    ({**LEAST, "GRAPH_BASE_URL": "https://[graph"}, "GRAPH_BASE_URL"),
    ({**LEAST, "GRAPH_BASE_URL": "https://graph.microsoft.com:x"}, "GRAPH_BASE_URL"),
    ({**LEAST, "ENTRA_AUTHORITY": "http://localhost:8080"}, "ENTRA_AUTHORITY"),
    (without("API_AUDIENCE"), "API_AUDIENCE"),
    ({**LEAST, "API_AUDIENCE": ","}, "API_AUDIENCE"),
    ({**LEAST, "API_AUDIENCE": f"{AUDIENCE},my-api"}, "API_AUDIENCE"),
    ({**LEAST, "API_AUDIENCE": "https://graph.microsoft.com"}, "API_AUDIENCE"),
    ({**LEAST, "API_AUTHORITY": "http://login.microsoftonline.com"}, "API_AUTHORITY"),
    ({**LEAST, "API_AUTHORITY": "http://localhost:8080"}, "API_AUTHORITY"),
    ({**LEAST, "PLATFORM_CLIENT_IDS": CLIENT}, "PLATFORM_TENANT_ID"),
    ({**LEAST, "PLATFORM_TENANT_ID": CLIENT}, "PLATFORM_CLIENT_IDS"),
    ({**LEAST, **PLATFORM, "PLATFORM_TENANT_ID": "contoso.com"}, "PLATFORM_TENANT_ID"),
    ({**LEAST, **PLATFORM, "PLATFORM_CLIENT_IDS": "*"}, "PLATFORM_CLIENT_IDS"),
    ({**LEAST, **PLATFORM, "PLATFORM_CLIENT_IDS": ", ,"}, "PLATFORM_CLIENT_IDS"),
    ({**LEAST, "TRUST_PLATFORM_AUTH": "yes"}, "TRUST_PLATFORM_AUTH"),
    ({**LEAST, "API_REQUESTS_PER_MINUTE": "0"}, "API_REQUESTS_PER_MINUTE"),
    ({**LEAST, "API_REQUESTS_PER_MINUTE": "many"}, "API_REQUESTS_PER_MINUTE"),
    ({**LEAST, "PUBLIC_URL": "http://syncs.example"}, "PUBLIC_URL"),
    ({**LEAST, "PUBLIC_URL": "https://syncs.example/portal"}, "PUBLIC_URL"),
    ({**LEAST, "PUBLIC_URL": "syncs.example"}, "PUBLIC_URL"),
    ({**LEAST, "SUPPORT_URL": "help.example"}, "SUPPORT_URL"),
    ({**LEAST, "SUPPORT_URL": "http://localhost/help"}, "SUPPORT_URL"),
    ({**LEAST, "SUPPORT_URL": "javascript:alert(1)"}, "SUPPORT_URL"),
    ({**LEAST, "SUPPORT_URL": "mailto:"}, "SUPPORT_URL"),
    ({**LEAST, "SUPPORT_URL": "mailto:help@contoso.example?bcc=me@contoso.example"}, "SUPPORT_URL"),
    ({**LEAST, "SUPPORT_URL": "mailto:a@contoso.example,b@contoso.example"}, "SUPPORT_URL"),
    ({**LEAST, "SYNC_SCHEDULE": "midnight"}, "SYNC_SCHEDULE"),
    ({**LEAST, "SYNC_SCHEDULE": "0 0 0 * * * *"}, "SYNC_SCHEDULE"),
    ({**LEAST, "SYNC_SCHEDULE": "0 0 0 * * ?"}, "SYNC_SCHEDULE"),
    ({**LEAST, "RUN_LEASE_SECONDS": "soon"}, "RUN_LEASE_SECONDS"),
    ({**LEAST, "RUN_LEASE_SECONDS": "0"}, "RUN_LEASE_SECONDS"),
    ({**LEAST, "HISTORY_DAYS": "a quarter"}, "HISTORY_DAYS"),
    ({**LEAST, "HISTORY_DAYS": "7"}, "HISTORY_DAYS"),
    ({**LEAST, "SYNC_CLOCK_OFFSET": "86400"}, "SYNC_CLOCK_OFFSET"),
    (
        {**LEAST, "SYNC_CLOCK_OFFSET": "9" * 30, "AZURE_FUNCTIONS_ENVIRONMENT": "Development"},
        "SYNC_CLOCK_OFFSET",
    ),
]


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ({}, "http://localhost:7071"),
        ({"WEBSITE_HOSTNAME": "acme.azurewebsites.net"}, "https://acme.azurewebsites.net"),
        ({"WEBSITE_HOSTNAME": "localhost:7072"}, "http://localhost:7072"),
        (
            {"WEBSITE_HOSTNAME": "acme.azurewebsites.net", "PUBLIC_URL": "https://syncs.example/"},
            "https://syncs.example",
        ),
        ({"PUBLIC_URL": "http://127.0.0.1:8080"}, "http://127.0.0.1:8080"),
    ],
    ids=["on this machine", "in Azure", "with Core Tools", "under a name of its own", "on another port"],
)
def test_browsers_reach_the_app_where_the_platform_or_a_setting_says(told: Mapping[str, str], url: str) -> None:
    assert read_settings({**LEAST, **told}).public_url == url


@pytest.mark.parametrize(
    ("text", "support_url"),
    [
        ("", None),
        ("https://help.example/contact/", "https://help.example/contact"),
        ("mailto:help+syncs@contoso.example", "mailto:help+syncs@contoso.example"),
    ],
    ids=["nowhere", "a page", "an address"],
)
def test_people_are_helped_on_a_page_or_by_mail(text: str, support_url: str | None) -> None:
    assert read_settings({**LEAST, "SUPPORT_URL": text}).support_url == support_url


@pytest.mark.parametrize(("environ", "name"), WRONG, ids=[f"{index}-{name}" for index, (_, name) in enumerate(WRONG)])
def test_a_wrong_or_missing_setting_is_named(environ: Mapping[str, str], name: str) -> None:
    with pytest.raises(SettingError) as raised:
        read_settings(environ)

    assert raised.value.name == name
    assert str(raised.value).startswith(f"{name}: ")


def test_a_problem_never_repeats_the_value() -> None:
    with pytest.raises(SettingError) as raised:
        read_settings({**LEAST, "SyncStorage": "AccountKey=very-secret;oops"})

    assert "very-secret" not in str(raised.value)


def test_secrets_are_not_shown() -> None:
    shown = repr(read_settings(LEAST))

    assert "s3cret-value" not in shown
    assert "a2V5" not in shown


def test_an_app_in_azure_is_no_developers_machine_whatever_it_is_told() -> None:
    """Development moves the clock: one wrong setting must not do that to a deployed app."""
    told = LEAST | {"AZURE_FUNCTIONS_ENVIRONMENT": "Development", "WEBSITE_INSTANCE_ID": "4f2a"}

    assert not read_settings(told).development


def test_nobody_listens_unless_it_is_said_where() -> None:
    assert read_settings(LEAST).telemetry == TelemetrySettings()
    assert TelemetrySettings().destination is Destination.NONE


def test_application_insights_is_where_telemetry_goes_when_it_is_named() -> None:
    named = {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": INSIGHTS,
        "WEBSITE_SITE_NAME": "func-syncs",
        "WEBSITE_INSTANCE_ID": "0a1b",
    }
    telemetry = read_settings(LEAST | named).telemetry

    assert telemetry == TelemetrySettings(Destination.AZURE_MONITOR, INSIGHTS, "func-syncs", "0a1b")
    assert INSIGHTS not in repr(telemetry)


@pytest.mark.parametrize("chosen", ["none", "console", "otlp", "OTLP"])
def test_telemetry_goes_elsewhere_where_that_is_said(chosen: str) -> None:
    given = LEAST | {"TELEMETRY": chosen, "APPLICATIONINSIGHTS_CONNECTION_STRING": INSIGHTS}

    assert read_settings(given).telemetry.destination == chosen.lower()


def signing_in(text: str) -> dict[str, str]:
    return {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": INSIGHTS,
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": text,
    }


@pytest.mark.parametrize("text", ["Authorization=AAD", f"ClientId={CLIENT};Authorization=AAD"])
def test_telemetry_can_be_sent_as_an_identity(text: str) -> None:
    assert read_settings(LEAST | signing_in(text)).telemetry.destination is Destination.AZURE_MONITOR


#  With any of these the exporter would go on without signing in, and be refused.
NO_SIGN_IN = (
    "s3cret",
    f"ClientId={CLIENT}",
    "Authorization=AAD;",
    "Authorization=aad",
    "ClientId=x;Authorization=AAD",
)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"TELEMETRY": "everywhere"}, "TELEMETRY"),
        ({"TELEMETRY": "azure-monitor"}, "APPLICATIONINSIGHTS_CONNECTION_STRING"),
        ({"APPLICATIONINSIGHTS_CONNECTION_STRING": "s3cret"}, "APPLICATIONINSIGHTS_CONNECTION_STRING"),
        *((signing_in(text), "APPLICATIONINSIGHTS_AUTHENTICATION_STRING") for text in NO_SIGN_IN),
    ],
)
def test_a_destination_that_cannot_be_stops_the_start(given: Mapping[str, str], named: str) -> None:
    with pytest.raises(SettingError) as caught:
        read_settings(LEAST | dict(given))

    assert caught.value.name == named
    assert "s3cret" not in str(caught.value)
