from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no annotations

from schedules_api.shapes.recipients import NEW_RECIPIENT, RECIPIENT_CHANGE

CHANGE = Draft202012Validator(RECIPIENT_CHANGE.json_schema())
NEW = Draft202012Validator(NEW_RECIPIENT.json_schema())


@pytest.mark.parametrize(
    "body",
    [
        {"values": {"jobTitle": None}},
        {"values": {"ourOwn_1": "x"}, "status": "active"},
        {"status": "inactive"},
    ],
)
def test_the_schema_takes_what_a_change_can_be(body: Any) -> None:
    assert CHANGE.is_valid(body)
    assert RECIPIENT_CHANGE.validate_python(body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"values": None},
        {"status": None},
        {"values": {"our own": "x"}},
        {"values": {"jobTitle": 1}},
        {"values": {"jobTitle": "x" * 1025}},
        {"values": {"email": "a" * 1025}},
        {"status": "deleted"},
        {"origin": "sync"},
    ],
)
def test_the_schema_refuses_what_a_change_cannot_be(body: Any) -> None:
    assert not CHANGE.is_valid(body)
    with pytest.raises(ValueError, match="validation error"):
        RECIPIENT_CHANGE.validate_python(body)


def test_the_schema_says_that_a_new_person_needs_an_address() -> None:
    assert NEW.is_valid({"values": {"email": "ada@example.com"}})
    assert not NEW.is_valid({"values": {"name": "Ada"}})
