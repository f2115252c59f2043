from __future__ import annotations

from collections import Counter

import pytest

from sync_core.domain.ids import NIBBLES, EntraUserId, is_guid, is_id, nibble_of, recipient_of
from tests.builders import ENTRA_USER, entra_user_id


@pytest.mark.parametrize("text", ["a", "A-b_9", "x" * 64, "7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"])
def test_letters_digits_dashes_and_underscores_make_an_id(text: str) -> None:
    assert is_id(text)


@pytest.mark.parametrize("text", ["", "x" * 65, "a|b", "a/b", "a b", "a\n", "ä", "a.b", "a#", "a?"], ids=ascii)
def test_what_would_need_escaping_in_a_key_is_no_id(text: str) -> None:
    assert not is_id(text)


def test_one_entra_user_is_always_the_same_recipient() -> None:
    assert recipient_of(ENTRA_USER) == recipient_of(EntraUserId(ENTRA_USER.upper()))


def test_two_entra_users_are_two_recipients() -> None:
    assert recipient_of(entra_user_id(1)) != recipient_of(entra_user_id(2))


def test_the_id_of_an_imported_recipient_is_an_id() -> None:
    assert is_id(recipient_of(ENTRA_USER))


def test_recipients_spread_over_all_partitions() -> None:
    spread = Counter(nibble_of(recipient_of(entra_user_id(number))) for number in range(1600))

    assert set(spread) == set(NIBBLES)
    assert max(spread.values()) < 160


@pytest.mark.parametrize("text", ["7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01", "7D0E4B5C-52A8-4C0E-9A5E-0C6F6D7F6A01"])
def test_an_id_of_entras_is_known_in_any_spelling(text: str) -> None:
    assert is_guid(text)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "7d0e4b5c52a84c0e9a5e0c6f6d7f6a01",
        "{7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01}",
        "7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01\n",
        "7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a0g",
        "\uff17d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01"[:36],
        "common",
        7,
        None,
    ],
)
def test_nothing_else_is_one(value: object) -> None:
    assert not is_guid(value)
