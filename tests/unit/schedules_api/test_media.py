"""Which form of an answer a request prefers."""

from __future__ import annotations

import pytest

from schedules_api.media import preferred

OFFERED = ("application/json", "text/csv")


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "text/csv"),
        ("text/*", "text/csv"),
        ("text/csv, application/json", "application/json"),
        ("text/csv, application/json;q=0.9", "text/csv"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("text/csv;header=present;q=0.5, */*;q=0.1", "text/csv"),
        ("text/csv;q=0, */*", "application/json"),
        ("application/json;q=0, */*", "text/csv"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("image/png", "application/json"),
        ("text/csv;q=nonsense", "text/csv"),
        (";;,,q=1", "application/json"),
    ],
)
def test_the_best_liked_form_is_chosen(accept: str, media: str) -> None:
    assert preferred({"Accept": accept}, OFFERED) == media


def test_without_a_wish_it_is_the_first() -> None:
    assert preferred({}, OFFERED) == "application/json"
