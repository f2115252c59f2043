from __future__ import annotations

import json

import pytest

from sync_core.domain.connection_trials import ConnectionTrial, decode, encode
from sync_core.domain.errors import BadOrder
from tests.builders import WORKSPACE

TRIAL = ConnectionTrial(WORKSPACE, "t1", number=7)


def test_a_trial_is_read_as_it_was_written() -> None:
    assert decode(encode(TRIAL)) == TRIAL


def test_the_next_trial_is_about_the_same_consent() -> None:
    assert TRIAL.next() == ConnectionTrial(WORKSPACE, "t1", number=8)


def test_each_trial_waits_as_long_as_the_one_before_or_longer_but_never_longer_than_two_minutes() -> None:
    waits = [ConnectionTrial(WORKSPACE, "t1", number).wait.total_seconds() for number in range(1, 8)]

    assert waits == [20, 40, 80, 120, 120, 120, 120]


def test_what_is_wrong_is_named_and_not_repeated() -> None:
    text = json.dumps(json.loads(encode(TRIAL)) | {"workspace": "se/cret"})

    with pytest.raises(BadOrder, match="workspace") as bad:
        decode(text)

    assert "se/cret" not in str(bad.value)
