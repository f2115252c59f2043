from __future__ import annotations

import pytest

from sync_core.domain.directory import Origin, Status
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.outlines import Outline, PeopleSearch
from tests.builders import a_recipient

ADA = Outline.of(a_recipient(values={NAME: "Ada Löwe-Straße", EMAIL: "ada@Example.com"}))


def found(search: PeopleSearch, person: Outline = ADA) -> bool:
    return search.finds(person, search.words)


@pytest.mark.parametrize(
    "text",
    ["", "  ", "ada", "ADA", "löwe", "LO\u0308WE", "strasse", "straße ada", "example.com ada", "@EXAMPLE"],
)
def test_every_word_stands_somewhere_in_any_case_and_however_composed(text: str) -> None:
    assert found(PeopleSearch(text))


@pytest.mark.parametrize("text", ["ada byron", "lowe", "adaada", "a.a", "%", ".*", "ada'", "adalöwe"])
def test_a_word_that_stands_nowhere_finds_nobody(text: str) -> None:
    assert not found(PeopleSearch(text))


def test_a_word_does_not_run_from_the_name_into_the_address() -> None:
    assert not found(PeopleSearch("straßeada"))


def test_status_and_origin_narrow_the_list() -> None:
    assert found(PeopleSearch(status=Status.ACTIVE, origin=Origin.SYNC))
    assert not found(PeopleSearch(status=Status.INACTIVE))
    assert not found(PeopleSearch("ada", origin=Origin.BY_HAND))


def test_nobody_deleted_is_found() -> None:
    assert not found(PeopleSearch(), Outline.of(a_recipient(deleted=True)))
