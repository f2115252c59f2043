"""The sample of local settings works as it is, against a stack on the ports that it names."""

from __future__ import annotations

import re
from pathlib import Path

from devkit.functions_host.local_settings import read_local_settings
from devkit.stack_settings import CLIENT_ID, CLIENT_SECRET, settings_document, stack_settings
from sync_core.settings import read_settings

PROJECT = Path(__file__).resolve().parents[2]
SAMPLE = PROJECT / "local.settings.sample.json"


def test_the_product_takes_it() -> None:
    settings = read_settings(read_local_settings(SAMPLE))

    assert (settings.entra.client_id, settings.entra.client_secret) == (CLIENT_ID, CLIENT_SECRET)
    assert settings.development


def test_it_names_all_that_the_local_stack_sets() -> None:
    ours = stack_settings(connection_string="", entra_url="", authority_file=Path())

    assert settings_document(ours)["Values"].keys() <= read_local_settings(SAMPLE).keys()


def test_it_names_every_setting_that_function_app_and_triggers_need() -> None:
    named = set(re.findall(r"%(\w+)%|connection=\"(\w+)\"", (PROJECT / "function_app.py").read_text()))

    assert {name for pair in named for name in pair if name} <= read_local_settings(SAMPLE).keys()
