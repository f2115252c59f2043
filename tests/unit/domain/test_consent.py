from __future__ import annotations

from datetime import timedelta

import pytest

from sync_core.domain.consent import (
    ConsentStep,
    consent_asked,
    denied,
    given,
    require_usable,
    settled,
    state_of,
    workspace_in,
)
from sync_core.domain.errors import SyncRefused
from tests.builders import MIDNIGHT, WORKSPACE, a_connection, a_consent

STATE = state_of(WORKSPACE, "A" * 43)
ASKED = consent_asked(STATE, by="admin-1", now=MIDNIGHT)


def test_a_state_names_its_workspace() -> None:
    assert workspace_in(STATE) == WORKSPACE


def test_the_same_token_may_use_a_link_again() -> None:
    """The answer to its write may have been lost."""
    used = a_connection(consent=given(ASKED, token="t1", now=MIDNIGHT))

    assert require_usable(used, STATE, token="t1", now=MIDNIGHT) == (used, used.consent)


@pytest.mark.parametrize("step", ["given", "denied"])
def test_another_token_may_not(step: str) -> None:
    refusal = SyncRefused("consent-denied", "No.")
    consent = given(ASKED, token="t1", now=MIDNIGHT) if step == "given" else denied(ASKED, refusal, token="t1")

    with pytest.raises(SyncRefused) as refused:
        require_usable(a_connection(consent=consent), STATE, token="t2", now=MIDNIGHT)

    assert refused.value.code == "consent-link-used"


def test_the_whole_state_counts() -> None:
    """Two workspaces with one secret would still have two links."""
    other = state_of(WORKSPACE, "A" * 42 + "B")

    for wrong in (other, STATE.upper(), f"x{STATE}"):
        with pytest.raises(SyncRefused) as refused:
            require_usable(a_connection(consent=ASKED), wrong, token="t1", now=MIDNIGHT)

        assert refused.value.code == "consent-link-unknown"


def test_the_state_cannot_be_read_back() -> None:
    assert "A" * 43 not in repr(ASKED)
    assert len(ASKED.digest) == 64


def test_only_what_is_being_tried_has_a_deadline() -> None:
    trying = given(a_consent(), token="t1", now=MIDNIGHT)

    assert trying.deadline == MIDNIGHT + timedelta(minutes=15)
    assert a_consent().deadline is None
    assert settled(trying).deadline is None
    assert settled(trying).step is ConsentStep.OVER
