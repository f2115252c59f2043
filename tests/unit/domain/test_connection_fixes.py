from __future__ import annotations

import pytest

from sync_core.domain.connection_fixes import fix_of

REFUSALS = [
    "consent-missing",
    "permission-missing",
    "token-refused",
    "secret-refused",
    "secret-expired",
    "tenant-gone",
    "blocked-by-policy",
    "foreign-link",
]


@pytest.mark.parametrize("code", [*REFUSALS, "sign-in-refused", "request-refused", "gave-up", "never-heard-of"])
def test_every_trouble_has_a_next_step(code: str) -> None:
    assert fix_of(code).endswith(".")


def test_where_nothing_is_wrong_there_is_nothing_to_do() -> None:
    assert fix_of("") == ""
