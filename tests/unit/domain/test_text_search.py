"""Words that are looked for in texts."""

from __future__ import annotations

import pytest

from sync_core.domain.text_search import holds, words_of


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", True),
        ("  ", True),
        ("sales", True),
        ("SELL", True),
        ("berlin sales", True),
        ("bERL who", True),
        ("sales paris", False),
        ("Ku\u0308hn", True),
        ("strasse", True),
        ("*", False),
    ],
)
def test_every_word_stands_somewhere(search: str, found: bool) -> None:
    assert holds(words_of(search), "Sales Berlin", "Who sells in Kühnstraße") is found
