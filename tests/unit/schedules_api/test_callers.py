from __future__ import annotations

from dataclasses import replace

import pytest

from schedules_api.callers import authorise
from schedules_api.problems import Problem
from sync_core.settings import EntraSettings, Settings, StorageSettings

DEPLOYED = Settings(StorageSettings(), EntraSettings("11111111-1111-1111-1111-111111111111"))


def test_nobody_is_believed_without_sign_in() -> None:
    with pytest.raises(Problem) as caught:
        authorise(DEPLOYED)

    assert caught.value.code == "sign-in-not-set-up"


def test_a_developers_machine_needs_no_sign_in() -> None:
    authorise(replace(DEPLOYED, development=True))
