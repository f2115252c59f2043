from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules_api.paging import item_behind, token_behind
from schedules_api.problems import Problem

IDS = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)


@given(IDS)
def test_a_token_brings_its_item_back(item: str) -> None:
    token = token_behind(item, of="runs")

    assert token is not None
    assert item_behind(token, of="runs") == item


@given(IDS)
def test_a_token_needs_no_escaping(item: str) -> None:
    token = token_behind(item, of="runs")

    assert token is not None
    assert token.replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_no_text_breaks_the_reading_of_tokens(text: str) -> None:
    with suppress(Problem):
        assert token_behind(item_behind(text, of="runs"), of="runs") == text


def test_the_end_has_no_token() -> None:
    assert token_behind(None, of="runs") is None


@pytest.mark.parametrize("spelling", ["=", "==", "\n", " "])
def test_a_token_has_one_spelling(spelling: str) -> None:
    token = token_behind("sales", of="runs")

    with pytest.raises(Problem):
        item_behind(f"{token}{spelling}", of="runs")


def test_an_item_that_begins_like_a_list_is_not_taken_apart() -> None:
    token = base64.urlsafe_b64encode(b"runs:runs:x").decode().rstrip("=")

    assert item_behind(token, of="runs") == "runs:x"
