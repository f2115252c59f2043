"""Why something was done with a person, or not: the codes that journals and member rows hold, in words."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.eligibility import UNLINKED
from sync_core.domain.planning import MOST_CARDS, TOO_MANY_GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

AS_IN_ENTRA = "as-in-entra"
"""Stands for the reason that is not written down: the usual one."""

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        AS_IN_ENTRA: "So it is in Entra ID.",
        "by-hand": "Done here by hand.",
        "on-demand": "This person was synced on demand.",
        "left-in-entra": "Not in the group in Entra ID any more.",
        "guest-left-out": "A guest in Entra ID; the sync options leave guests out.",
        "disabled-in-entra": "Disabled in Entra ID.",
        "put-back": "A run was undone.",
        "changed-again-since": "Changed again since, so it was left as it is.",
        "kept-by-decision": "Stays by a decision about held removals.",
        "not-wanted-any-more": "Was to be taken out, but things have changed since.",
        UNLINKED.code: UNLINKED.text,
        TOO_MANY_GROUPS: f"In {MOST_CARDS} groups already, which is the most that a person can be in.",
        email.MISSING: "Without an e-mail address in Entra ID.",
        email.MALFORMED: "What Entra ID has for an e-mail address is none.",
        email.TAKEN: "Another person of the workspace has the e-mail address.",
    }
)


def reason_code(reason: str) -> str:
    return reason or AS_IN_ENTRA


def in_words(reason: str) -> str:
    """Return the sentence for a *reason*; for one that this version does not know, the code made readable."""
    code = reason_code(reason)
    return _TEXTS.get(code) or f"{code.replace('-', ' ').capitalize()}."
