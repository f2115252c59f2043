"""What may be a person's e-mail address, the one thing that must be unique in a workspace."""

from __future__ import annotations

import re
from hashlib import blake2b

#  RFC 5321 4.5.3.1: a path of 256 octets, with its two angle brackets.
LONGEST = 254

_SHAPE = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")

MISSING = "email-missing"
MALFORMED = "email-malformed"
TAKEN = "email-taken"


def problem_of(address: str | None) -> str:
    """Return why *address* cannot be used, as a stable code, or empty text where it can."""
    if address is None:
        return MISSING
    if len(address) > LONGEST or _SHAPE.fullmatch(address) is None:
        return MALFORMED
    return ""


def key_of(address: str) -> str:
    """Return the key under which an address is claimed: equal for addresses that differ only in case.

    Hashed, so that keys and the logs of storage hold no addresses.
    """
    return "email:" + blake2b(address.lower().encode(), digest_size=16).hexdigest()
