"""local.settings.json and the settings that bindings name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from devkit.errors import DevkitError
from devkit.functions_host.app_settings import AppSettings
from devkit.functions_host.local_settings import apply_settings, read_local_settings

if TYPE_CHECKING:
    from pathlib import Path

DEVELOPMENT_STORAGE = "UseDevelopmentStorage=true"


def test_values_do_not_override_what_is_set() -> None:
    environ = {"A": "mine"}

    apply_settings({"A": "file", "B": "file"}, environ)

    assert environ == {"A": "mine", "B": "file", "AZURE_FUNCTIONS_ENVIRONMENT": "Development"}


def test_values_are_read(tmp_path: Path) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text(json.dumps({"IsEncrypted": False, "Values": {"A": "b"}}))

    assert read_local_settings(path) == {"A": "b"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"Values": {}}, '"IsEncrypted" must be false'),
        ({"IsEncrypted": False, "Values": {"A": 1}}, 'the value of "A" must be a text'),
        ({"IsEncrypted": False, "Values": []}, '"Values" must be an object'),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, content: object, sentence: str) -> None:
    path = tmp_path / "local.settings.json"
    path.write_text(json.dumps(content))

    with pytest.raises(DevkitError) as refusal:
        read_local_settings(path)

    assert sentence in str(refusal.value)


def test_queue_names_are_resolved_and_lower_cased() -> None:
    settings = AppSettings({"STAGE": "Test"})

    assert settings.queue_name("Orders-%STAGE%", place="here") == "orders-test"


@pytest.mark.parametrize("name", ["ab", "a--b", "-abc", "abc-", "a_b", "a" * 64, ""])
def test_what_storage_would_not_take_as_a_queue_name_is_refused(name: str) -> None:
    with pytest.raises(DevkitError, match="is no queue name"):
        AppSettings({}).queue_name(name, place="here")


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(DevkitError, match="here names the setting %SCHEDULE%, which is not set"):
        AppSettings({}).resolve("%SCHEDULE%", place="here")


@pytest.mark.parametrize("name", ["Storage", "AzureWebJobsStorage"])
def test_a_connection_is_found_with_and_without_its_prefix(name: str) -> None:
    settings = AppSettings({name: DEVELOPMENT_STORAGE})

    assert settings.connection_string("Storage", place="here") == DEVELOPMENT_STORAGE


def test_no_connection_name_means_the_hosts_own_storage() -> None:
    settings = AppSettings({"AzureWebJobsStorage": DEVELOPMENT_STORAGE})

    assert settings.connection_string("", place="here") == DEVELOPMENT_STORAGE


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "here needs the connection setting 'Storage', which is not set."),
        ({"Storage__queueServiceUri": "https://x"}, "identity settings such as __queueServiceUri do not work"),
        ({"Storage": "nonsense"}, "the setting 'Storage' holds no storage connection string"),
    ],
)
def test_a_connection_that_cannot_be_used_is_named(environ: dict[str, str], sentence: str) -> None:
    with pytest.raises(DevkitError) as refusal:
        AppSettings(environ).connection_string("Storage", place="here")

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("AzureWebJobs.night.Disabled", "true", True),
        ("AzureWebJobs.night.Disabled", "1", True),
        ("AzureWebJobs_night_Disabled", "True", True),
        ("AzureWebJobs.night.Disabled", "false", False),
        ("AzureWebJobs.other.Disabled", "true", False),
    ],
)
def test_a_setting_switches_a_function_off(setting: str, value: str, *, expected: bool) -> None:
    assert AppSettings({setting: value}).is_disabled("night") is expected
