"""Sync options and field settings from a file, and what is said of a file that cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devkit.errors import BadInput
from devkit.options_file import read_options
from devkit.tenants.tenant_file import TenantFileError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    [
        '{"includeGuests": true, "fieldSettings": {"fields": {"name": {"overwrite": false}}}}',
        '{"syncOptions": {"includeGuests": true}, "fieldSettings": {"fields": {"name": {"overwrite": false}}}}',
    ],
)
def test_options_stand_flat_or_together(tmp_path: Path, text: str) -> None:
    (tmp_path / "options.json").write_text(text)
    rulebook = read_options(tmp_path / "options.json")

    assert rulebook.options.include_guests
    assert not rulebook.settings.switches_of("name").overwrite


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "options.json: the options must be an object."),
        ("{", "options.json, line 1, column 2: this is not JSON"),
        ('{"importNewUsers": 1}', "options.json: importNewUsers: must be true or false."),
        ('{"syncOptions": {"speed": 1}}', "options.json: syncOptions.speed: is not a sync option"),
        ('{"syncOptions": {}, "includeGuests": true}', "options.json: syncOptions must be an object, with nothing"),
        ('{"fieldSettings": {"fields": {"shoe": {}}}}', "options.json: fieldSettings.fields.shoe: is unknown"),
        ('{"fieldSettings": []}', "options.json: fieldSettings"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "options.json").write_text(text)

    with pytest.raises(BadInput) as refused:
        read_options(tmp_path / "options.json")

    assert str(refused.value).startswith(said)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(TenantFileError, match="cannot be read"):
        read_options(tmp_path / "none.json")
