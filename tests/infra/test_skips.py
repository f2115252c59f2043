"""A policy that is set aside has its reason beside it."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.infra.bicep import FILES, INFRA, bicep

SETTINGS = (INFRA / ".checkov.yaml").read_text("utf-8")


@pytest.mark.parametrize("file", FILES)
def test_beside_a_resource(file: str) -> None:
    skips = re.findall(r"checkov:skip(.*)", bicep(file).text)

    assert [skip for skip in skips if not re.fullmatch(r"=CKV2?_AZURE_\d+: \w.{20,}", skip)] == []


def test_for_all_resources() -> None:
    skips = re.findall(r"  - CKV(.*)", SETTINGS)

    assert len(skips) == len(yaml.safe_load(SETTINGS)["skip-check"])
    assert [skip for skip in skips if not re.fullmatch(r"2?_AZURE_\d+ # [^:]+: .{15,}", skip)] == []


def test_nothing_else_narrows_the_scan() -> None:
    assert set(yaml.safe_load(SETTINGS)) == {"framework", "skip-check"}
