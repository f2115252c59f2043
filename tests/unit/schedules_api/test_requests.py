from __future__ import annotations

import json
from contextlib import suppress

import azure.functions as func
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules_api.problems import Problem
from schedules_api.requests import json_in, query_in, shown

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def a_request(*, query: str = "", body: bytes = b"") -> func.HttpRequest:
    headers = {"content-type": "application/json"}
    return func.HttpRequest("PUT", f"https://example.com/api/x{query}", headers=headers, body=body)


@given(JSON_VALUES)
def test_json_is_read_as_it_is(value: object) -> None:
    assert json_in(a_request(body=json.dumps(value).encode())) == value


@given(st.binary(max_size=50))
def test_no_body_breaks_the_reading(body: bytes) -> None:
    with suppress(Problem):
        json_in(a_request(body=body))


@pytest.mark.parametrize("body", [b"NaN", b"[Infinity]", b'{"a": -Infinity}', b'{"a": {"b": 1, "b": 1}}'])
def test_what_only_python_takes_for_json_is_none(body: bytes) -> None:
    with pytest.raises(Problem) as caught:
        json_in(a_request(body=body))

    assert caught.value.code == "invalid-request"


@given(st.text(max_size=50))
def test_no_query_breaks_the_reading(text: str) -> None:
    with suppress(Problem):
        assert query_in(a_request(query=f"?{text}"), {"a"}).keys() <= {"a"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {}),
        ("?", {}),
        ("?a=1", {"a": "1"}),
        ("?a=", {"a": ""}),
        ("?a", {"a": ""}),
        ("?a=1+2%26b", {"a": "1 2&b"}),
        ("?a=1#b=2", {"a": "1"}),
        ("?a=x?y", {"a": "x?y"}),
    ],
)
def test_a_parameter_without_a_value_is_there(query: str, found: dict[str, str]) -> None:
    assert query_in(a_request(query=query), {"a"}) == found


@pytest.mark.parametrize("host", ["[", "[::1", "a]b", ""])
def test_an_address_that_is_none_does_no_harm(host: str) -> None:
    """The host builds the address from what the client calls it."""
    request = func.HttpRequest("GET", f"http://{host}/api/x?a=1", body=b"")

    assert query_in(request, {"a"}) == {"a": "1"}


@pytest.mark.parametrize(
    ("name", "repeated"),
    [("limit", "limit"), ("a\nb", "a?b"), ("\u202e", "?"), ("\ud800", "?"), ("x" * 41, "x" * 40 + "..."), ("ä", "ä")],
)
def test_a_name_is_repeated_short_and_printable(name: str, repeated: str) -> None:
    assert shown(name) == repeated
