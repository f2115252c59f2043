"""The folder of a local stack: one start at a time, never somebody else's files, and its own mistakes alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devkit.data_folder import claimed
from devkit.errors import BadInput, DevkitError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_second_start_is_refused_while_the_first_one_works(tmp_path: Path) -> None:
    with (
        claimed(tmp_path, kind="run", afresh=False),
        pytest.raises(DevkitError, match="in use by another start"),
        claimed(tmp_path, kind="run", afresh=False),
    ):
        pass


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "thesis.txt"
    theirs.write_text("for years", encoding="utf-8")

    with pytest.raises(BadInput, match="holds other files"), claimed(tmp_path, kind="demo", afresh=True):
        pass
    assert theirs.read_text(encoding="utf-8") == "for years"


def test_what_another_command_made_is_not_emptied(tmp_path: Path) -> None:
    with claimed(tmp_path, kind="run", afresh=True) as folder:
        (folder.host / "kept").touch()

    with pytest.raises(BadInput, match="holds the data of `run`"), claimed(tmp_path, kind="demo", afresh=True):
        pass
    assert (folder.host / "kept").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with (
        pytest.raises(BadInput, match="file/data cannot be used: Not a directory"),
        claimed(tmp_path / "file" / "data", kind="run", afresh=False),
    ):
        pass


def test_what_fails_while_it_is_used_is_told_as_it_is(tmp_path: Path) -> None:
    """Time-outs and lost connections are errors of the operating system too, and none of the folder's."""
    with pytest.raises(TimeoutError, match="still not done"), claimed(tmp_path, kind="demo", afresh=True):
        raise TimeoutError("still not done")
