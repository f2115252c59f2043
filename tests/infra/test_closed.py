"""What must stay closed, encrypted and without keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infra.bicep import FILES, PROJECT, bicep

STORAGE = bicep("app/storage.bicep").resources
API = bicep("app/api.bicep").resources
MONITORING = bicep("app/monitoring.bicep").resources
MAIN = bicep("main.bicep")


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("allowSharedKeyAccess", False),
        ("defaultToOAuthAuthentication", True),
        ("allowBlobPublicAccess", False),
        ("allowCrossTenantReplication", False),
        ("minimumTlsVersion", "TLS1_2"),
        ("supportsHttpsTrafficOnly", True),
        ("publicNetworkAccess", "publicNetwork ? Enabled : Disabled"),
        ("networkAcls", {"defaultAction": "publicNetwork ? Allow : Deny", "bypass": "None"}),
    ],
)
def test_storage(flag: str, value: object) -> None:
    assert STORAGE["storage"]["properties"][flag] == value


def test_no_container_is_public() -> None:
    containers = [item for item in STORAGE.values() if item["of"].endswith("/containers")]

    assert [item["properties"]["publicAccess"] for item in containers] == ["None"]


def test_storage_leaves_the_public_network_with_the_virtual_network() -> None:
    assert MAIN.modules["storage"]["params"]["publicNetwork"] == "!vnetEnabled"
    assert {MAIN.modules[name]["if"] for name in ("vnet", "storagePrivateEndpoint")} == {"vnetEnabled"}


def test_storage_survives_the_loss_of_a_data_centre_when_nothing_is_said() -> None:
    assert MAIN.parameters["storageSku"]["default"] == "Standard_ZRS"


def test_there_is_an_endpoint_for_each_service_of_storage_that_is_used() -> None:
    used = {name.partition("ServiceUri")[0] for name in _app_settings() if name.endswith("ServiceUri")}

    assert {name.rpartition("__")[2] for name in used} == set(
        bicep("app/storage-PrivateEndpoint.bicep").variables["services"]
    )


def test_the_endpoints_are_made_one_after_the_other() -> None:
    """At the same time one of them can fail with StorageAccountOperationInProgress.

    Source: Azure/bicep-registry-modules, issue 6001.
    """
    endpoints = bicep("app/storage-PrivateEndpoint.bicep").tree["resources"]["endpoints"]

    assert endpoints["decorators"] == [{"type": "batchSize", "argument": 1}]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("httpsOnly", True),
        ("siteConfig.minTlsVersion", "1.2"),
        ("functionAppConfig.deployment.storage.authentication.type", "UserAssignedIdentity"),
        ("functionAppConfig.deployment.storage.authentication.userAssignedIdentityResourceId", "identityId"),
        ("functionAppConfig.scaleAndConcurrency.alwaysReady", []),
        ("functionAppConfig.runtime.name", "python"),
    ],
)
def test_function_app(path: str, value: object) -> None:
    found: Any = API["functionApp"]["properties"]
    for part in path.split("."):
        found = found[part]

    assert found == value


def test_nothing_is_said_of_servers_that_flex_consumption_refuses() -> None:
    """Newer clusters answer the deployment with an error for ftpsState, linuxFxVersion, alwaysOn and the like.

    Source: Azure/terraform-azurerm-avm-res-web-site, issue 360 and pull request 345.
    """
    assert set(API["functionApp"]["properties"]["siteConfig"]) == {"minTlsVersion", "http20Enabled"}


def test_the_app_runs_as_the_user_assigned_identity_alone() -> None:
    assert API["functionApp"]["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {"${identityId}": {}}}


def test_nobody_deploys_with_a_password() -> None:
    policies = {item["name"]: item["properties"]["allow"] for item in API.values() if "Policies" in item["of"]}

    assert policies == {"scm": False, "ftp": False}


def test_telemetry_is_taken_from_identities_alone() -> None:
    assert MONITORING["applicationInsights"]["properties"]["DisableLocalAuth"] is True
    assert MONITORING["logAnalytics"]["properties"]["features"]["disableLocalAuth"] is True


def test_no_run_is_lost_to_sampling() -> None:
    assert MONITORING["applicationInsights"]["properties"]["SamplingPercentage"] == 100


def test_people_sign_in_by_the_platform_and_other_calls_reach_the_app() -> None:
    signs_in = bicep("app/auth.bicep").resources["signIn"]["properties"]

    assert signs_in["platform"]["enabled"] is True
    assert signs_in["globalValidation"] == {
        "requireAuthentication": False,
        "unauthenticatedClientAction": "AllowAnonymous",
    }
    assert signs_in["httpSettings"]["requireHttps"] is True


def test_sign_in_needs_no_secret() -> None:
    registration = bicep("app/auth.bicep").resources["signIn"]["properties"]["identityProviders"][
        "azureActiveDirectory"
    ]["registration"]

    assert _app_settings()[registration["clientSecretSettingName"]] == "identityClientId"


@pytest.mark.parametrize("file", FILES)
def test_no_key_or_secret_is_read_or_written(file: str) -> None:
    words = bicep(file).words()

    assert {
        word for word in words if word.startswith(("list", "secure", "getSecret")) or "vault" in word.lower()
    } == set()


@pytest.mark.parametrize("file", FILES)
def test_no_setting_is_an_account_key(file: str) -> None:
    assert "AccountKey" not in bicep(file).text


def test_logs_and_metrics_are_kept() -> None:
    kept = {
        (item["scope"], log["category"])
        for resources in (STORAGE, API)
        for item in resources.values()
        if item["of"].endswith("diagnosticSettings")
        for log in [*item["properties"]["logs"], *item["properties"]["metrics"]]
        if log["enabled"]
    }

    assert kept == {
        ("blobService", "StorageWrite"),
        ("blobService", "StorageDelete"),
        ("blobService", "Transaction"),
        ("queueService", "StorageRead"),
        ("queueService", "StorageWrite"),
        ("queueService", "StorageDelete"),
        ("queueService", "Transaction"),
        ("tableService", "StorageDelete"),
        ("tableService", "Transaction"),
        ("functionApp", "FunctionAppLogs"),
        ("functionApp", "AllMetrics"),
    }


def test_the_plan_is_flex_consumption() -> None:
    assert API["plan"]["sku"] == {"name": "FC1", "tier": "FlexConsumption"}


def test_what_one_instance_carries_out_is_as_the_parameter_tells() -> None:
    queues = json.loads((PROJECT / "host.json").read_text())["extensions"]["queues"]
    at_a_time = queues["batchSize"] + queues["newBatchThreshold"]
    said = next(
        decorator["argument"]
        for decorator in MAIN.parameters["maximumInstanceCount"]["decorators"]
        if decorator["type"] == "description"
    )

    assert f"{40 * at_a_time} runs at a time (host.json: {at_a_time} each)" in said


def _app_settings() -> dict[str, Any]:
    return dict(API["settings"]["properties"])
