from __future__ import annotations

import pytest

from sync_core.domain import email
from sync_core.domain.editing import BY_HAND
from sync_core.domain.eligibility import UNLINKED
from sync_core.domain.planning import TOO_MANY_GROUPS
from sync_core.domain.reasons import AS_IN_ENTRA, in_words, reason_code
from sync_core.domain.undoing import CHANGED_SINCE, PUT_BACK
from sync_core.flows.apply_people import KEPT_BY_DECISION
from sync_core.flows.carry_out_decision import NOT_WANTED_ANY_MORE
from sync_core.flows.take_out import DISABLED

EVERY_CODE = [
    BY_HAND,
    UNLINKED.code,
    TOO_MANY_GROUPS,
    CHANGED_SINCE,
    PUT_BACK,
    KEPT_BY_DECISION,
    NOT_WANTED_ANY_MORE,
    DISABLED,
    email.MISSING,
    email.MALFORMED,
    email.TAKEN,
    "left-in-entra",
    "guest-left-out",
    "on-demand",
]


@pytest.mark.parametrize("code", EVERY_CODE)
def test_every_reason_that_is_written_down_has_a_sentence_of_its_own(code: str) -> None:
    made_up = in_words("x" + code)[1:]

    assert in_words(code).endswith(".")
    assert in_words(code)[1:] != made_up


def test_where_no_reason_is_written_down_it_is_as_in_entra() -> None:
    assert (reason_code(""), in_words("")) == (AS_IN_ENTRA, "So it is in Entra ID.")


def test_a_code_of_another_version_is_made_readable() -> None:
    assert in_words("moved-to-mars") == "Moved to mars."
