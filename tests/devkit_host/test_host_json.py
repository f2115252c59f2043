"""host.json: defaults, limits, overriding settings."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from devkit.errors import DevkitError
from devkit.functions_host.host_json import HostConfig, read_host_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEVELOPMENT = {"AZURE_FUNCTIONS_ENVIRONMENT": "Development"}


def read(folder: Path, content: object, environ: Mapping[str, str] | None = None) -> HostConfig:
    path = folder / "host.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_host_json(path, environ=environ or {}, cores=2)


def with_queues(**queues: Any) -> dict[str, Any]:
    return {"version": "2.0", "extensions": {"queues": queues}}


def test_defaults_are_the_hosts_own(tmp_path: Path) -> None:
    config = read(tmp_path, {"version": "2.0"})

    assert config.function_timeout == timedelta(minutes=30)
    assert config.route_prefix == "api"
    assert config.queues.batch_size == 16
    assert config.queues.new_batch_threshold == 16
    assert config.queues.max_dequeue_count == 5
    assert config.queues.visibility_timeout == timedelta(0)
    assert config.queues.max_polling_interval == timedelta(minutes=1)
    assert config.queues.base64


def test_development_polls_every_two_seconds_unless_told_otherwise(tmp_path: Path) -> None:
    told = with_queues(maxPollingInterval="00:00:30")

    assert read(tmp_path, {"version": "2.0"}, DEVELOPMENT).queues.max_polling_interval.seconds == 2
    assert read(tmp_path, told, DEVELOPMENT).queues.max_polling_interval.seconds == 30


def test_the_threshold_follows_the_batch_size_and_the_cores(tmp_path: Path) -> None:
    assert read(tmp_path, with_queues(batchSize=5)).queues.new_batch_threshold == 5


@pytest.mark.parametrize(
    ("queues", "sentence"),
    [
        ({"batchSize": 0}, "host.json: extensions.queues.batchSize must be a whole number from 1 to 32, not 0."),
        ({"batchSize": 33}, "batchSize must be a whole number from 1 to 32, not 33"),
        ({"batchSize": True}, "batchSize must be a whole number"),
        ({"newBatchThreshold": -1}, "newBatchThreshold must be a whole number of at least 0"),
        ({"maxDequeueCount": 0}, "maxDequeueCount must be a whole number of at least 1"),
        ({"maxPollingInterval": "00:00:00.05"}, "maxPollingInterval must be a duration"),
        ({"visibilityTimeout": "30"}, "visibilityTimeout must be a duration such as 00:00:30"),
        ({"visibilityTimeout": 30}, "visibilityTimeout must be a duration"),
        ({"messageEncoding": "utf8"}, 'messageEncoding must be "base64" or "none"'),
    ],
)
def test_a_value_outside_its_range_is_named(tmp_path: Path, queues: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DevkitError) as refusal:
        read(tmp_path, with_queues(**queues))

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "host.json is not JSON"),
        ("[]", "must hold one JSON object"),
        ({}, 'version must be "2.0"'),
        ({"version": "2.0", "extensions": []}, "extensions must be an object"),
        ({"version": "2.0", "functionTimeout": "00:00:00"}, "functionTimeout must be a duration"),
        ({"version": "2.0", "logging": {"logLevel": {"default": "Loud"}}}, "logLevel.default must be one of"),
    ],
)
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: object, sentence: str) -> None:
    with pytest.raises(DevkitError) as refusal:
        read(tmp_path, content)

    assert sentence in str(refusal.value)


def test_a_folder_without_host_json_is_no_app(tmp_path: Path) -> None:
    with pytest.raises(DevkitError, match=r"has no host\.json"):
        read_host_json(tmp_path / "host.json", environ={})


def test_a_timeout_of_minus_one_is_none(tmp_path: Path) -> None:
    assert read(tmp_path, {"version": "2.0", "functionTimeout": "-1"}).function_timeout is None


def test_application_settings_override_the_file(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        with_queues(batchSize=5),
        {
            "AzureFunctionsJobHost__extensions__queues__batchSize": "7",
            "AzureFunctionsJobHost__functionTimeout": "00:01:00",
        },
    )

    assert config.queues.batch_size == 7
    assert config.function_timeout == timedelta(minutes=1)
