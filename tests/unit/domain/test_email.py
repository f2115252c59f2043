from __future__ import annotations

import pytest

from sync_core.domain.email import LONGEST, MALFORMED, MISSING, key_of, problem_of


@pytest.mark.parametrize(
    "address",
    ["ada@example.com", "a@b", "ada+cards@example.com", "jürgen@bücher.example", "a" * (LONGEST - 2) + "@b"],
)
def test_an_address_may_be_used(address: str) -> None:
    assert problem_of(address) == ""


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@@b",
        "a@b@c",
        "ada lovelace@b",
        "ada@b c",
        "ada@b\n",
        "ada\x00@b",
        "\x7f@b",
        "a" * (LONGEST - 1) + "@b",
    ],
    ids=ascii,
)
def test_what_is_no_address_is_malformed(address: str) -> None:
    assert problem_of(address) == MALFORMED


def test_no_address_is_missing() -> None:
    assert problem_of(None) == MISSING


@pytest.mark.parametrize(("one", "other"), [("Ada@Example.COM", "ada@example.com"), ("JÜRGEN@b", "jürgen@b")])
def test_addresses_that_differ_in_case_have_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("ada@example.com", "ada@example.org"), ("strauß@b.example", "strauss@b.example")]
)
def test_addresses_that_differ_otherwise_have_two_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


def test_a_key_does_not_tell_the_address() -> None:
    assert "ada" not in key_of("ada@example.com")
