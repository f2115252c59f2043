"""What a caller hears who is not believed: which way to sign in there is, and why a token will not do."""

from __future__ import annotations

from schedules_api.problems import Problem

_CHALLENGE = 'Bearer realm="scheduled-syncs"'


def not_signed_in(detail: str = "This needs a bearer token from Microsoft Entra ID.") -> Problem:
    """Return the problem of a request that brings nothing to judge.

    RFC 6750, section 3.1: no error code where the client did not try to authenticate with a token.
    """
    return Problem("not-signed-in", detail, headers={"WWW-Authenticate": _CHALLENGE})


def token_invalid(reason: str) -> Problem:
    """Return the problem of a token that is not accepted. *reason* is ours: nothing of the token is repeated."""
    challenge = f'{_CHALLENGE}, error="invalid_token", error_description="{reason}"'
    return Problem("token-invalid", reason, headers={"WWW-Authenticate": challenge})
