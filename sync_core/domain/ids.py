"""The ids that everything is found by, and the ids that are derived from others."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NewType, TypeGuard

WorkspaceId = NewType("WorkspaceId", str)
GroupId = NewType("GroupId", str)
RecipientId = NewType("RecipientId", str)
RunId = NewType("RunId", str)
TenantId = NewType("TenantId", str)
EntraUserId = NewType("EntraUserId", str)
EntraGroupId = NewType("EntraGroupId", str)

NIBBLES = "0123456789abcdef"

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_id(text: str) -> bool:
    """Tell whether *text* is 1 to 64 letters, digits, ``-`` or ``_``, so that no key ever needs escaping."""
    return _ID.fullmatch(text) is not None


def is_guid(value: object) -> TypeGuard[str]:
    """Tell whether it is an id as Entra gives tenants, apps and people, in any spelling of its letters."""
    return isinstance(value, str) and _GUID.fullmatch(value) is not None


def recipient_of(entra_user: EntraUserId) -> RecipientId:
    """Return the id of the recipient that a sync makes for an Entra user.

    Derived, so that two groups that import one person at the same moment cannot make two.
    """
    return RecipientId("r-" + blake2b(entra_user.lower().encode(), digest_size=15).hexdigest())


def group_of(entra_group: EntraGroupId) -> GroupId:
    """Return the id of a group that is linked without being given one; asked for again, it is the same."""
    return GroupId("g-" + blake2b(entra_group.lower().encode(), digest_size=15).hexdigest())


def nibble_of(text: str) -> str:
    """Return the hexadecimal digit that spreads *text* over 16 partitions.

    From a hash: the first digits of real ids are not evenly spread.
    """
    return blake2b(text.encode(), digest_size=1).hexdigest()[0]
