from __future__ import annotations

import pytest

from schedules_api.preconditions import conditions_in
from schedules_api.problems import Problem

MATCH, NONE_MATCH = "If-Match", "If-None-Match"


@pytest.mark.parametrize(
    ("headers", "revision", "holds"),
    [
        ({}, None, True),
        ({}, 3, True),
        ({MATCH: '"3"'}, 3, True),
        ({MATCH: '"3"'}, 4, False),
        ({MATCH: '"3"'}, None, False),
        ({MATCH: "*"}, 3, True),
        ({MATCH: " * "}, 3, True),
        ({MATCH: "*"}, None, False),
        ({MATCH: 'W/"3"'}, 3, False),
        ({MATCH: '"a,b", "3"'}, 3, True),
        ({NONE_MATCH: "*"}, None, True),
        ({NONE_MATCH: "*"}, 3, False),
        ({NONE_MATCH: '"3"'}, 3, False),
        ({NONE_MATCH: 'W/"3"'}, 3, False),
        ({NONE_MATCH: '"3"'}, 4, True),
        ({NONE_MATCH: '"3"'}, None, True),
        ({MATCH: '"3"', NONE_MATCH: '"4"'}, 3, True),
        ({MATCH: '"3"', NONE_MATCH: "*"}, 3, False),
    ],
)
def test_conditions_hold_as_rfc_9110_has_them(headers: dict[str, str], revision: int | None, *, holds: bool) -> None:
    conditions = conditions_in(headers)

    if holds:
        conditions.require(revision)
    else:
        with pytest.raises(Problem) as caught:
            conditions.require(revision)
        assert caught.value.code == "schedule-changed"
        assert caught.value.headers == ({} if revision is None else {"ETag": f'"{revision}"'})


@pytest.mark.parametrize("header", [MATCH, NONE_MATCH])
@pytest.mark.parametrize("text", ["3", "", '"', '"3" x', "*,*", ',"3"', '"\t"', '"3"\n,'])
def test_a_malformed_condition_is_named(header: str, text: str) -> None:
    with pytest.raises(Problem) as caught:
        conditions_in({header: text})

    assert [fault.field for fault in caught.value.faults] == [header]


@pytest.mark.parametrize(
    ("headers", "holds"),
    [
        ({}, True),
        ({MATCH: '"d"'}, True),
        ({MATCH: "*"}, True),
        ({MATCH: '"e"'}, False),
        ({NONE_MATCH: "*"}, True),
        ({NONE_MATCH: '"d"'}, False),
    ],
)
def test_what_goes_while_nothing_was_saved_has_an_etag_and_lets_the_first_one_save(
    headers: dict[str, str], *, holds: bool
) -> None:
    assert conditions_in(headers).hold_for('"d"', is_default=True) is holds
