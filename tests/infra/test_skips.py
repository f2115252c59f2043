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
    unexplained = re.findall(r"(?<!\n)\n(?!  #)(?!  - CKV2?_AZURE_\d+ # \w.+\n).*CKV.*", SETTINGS)
    before_each = re.findall(r"  # [^\n]{20,}\n((?:  - CKV[^\n]+\n)+)", SETTINGS)

    assert unexplained == []
    assert sum(group.count("- CKV") for group in before_each) == SETTINGS.count("- CKV")


def test_nothing_else_narrows_the_scan() -> None:
    assert set(yaml.safe_load(SETTINGS)) == {"framework", "skip-check"}
