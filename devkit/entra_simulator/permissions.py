"""Which application permissions a Graph call needs.

Source: learn.microsoft.com, permission tables of "List groups", "List group members" and "List users", and "Limited
information returned for inaccessible member objects" in "Overview of Microsoft Graph permissions".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.entra_simulator.errors import GraphRefusal, not_simulated
from devkit.tenants.properties import DEVICE, GROUP, ORG_CONTACT, USER

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from devkit.entra_simulator.tokens import Caller

READERS: Mapping[str, frozenset[str]] = {
    USER: frozenset({"User.Read.All", "Directory.Read.All"}),
    GROUP: frozenset({"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"}),
    DEVICE: frozenset({"Device.Read.All", "Directory.Read.All"}),
    ORG_CONTACT: frozenset({"OrgContact.Read.All", "Directory.Read.All"}),
}
HIDDEN_MEMBERSHIP = frozenset({"Member.Read.Hidden"})

#  These answer with less, or come with the right to write; neither is simulated.
_OTHERS_FOR_THE_SAME: Mapping[str, frozenset[str]] = {
    USER: frozenset({"User.ReadBasic.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}),
    GROUP: frozenset(
        {
            "Group.ReadBasic.All",
            "GroupMember.ReadBasic.All",
            "GroupMember.ReadWrite.All",
            "Group.ReadWrite.All",
            "Directory.ReadWrite.All",
        }
    ),
    DEVICE: frozenset({"Device.ReadWrite.All", "Directory.ReadWrite.All"}),
    ORG_CONTACT: frozenset({"Directory.ReadWrite.All"}),
}


def may_read(caller: Caller, odata_type: str) -> bool:
    """Tell whether *caller* may read objects of this type.

    Raises:
        GraphRefusal: 501 where that hangs on a permission that is not simulated.
    """
    if caller.roles & READERS[odata_type]:
        return True
    unclear: AbstractSet[str] = caller.roles & _OTHERS_FOR_THE_SAME[odata_type]
    if unclear:
        raise not_simulated(f"the permission {min(unclear)}")
    return False


def require(caller: Caller, odata_type: str) -> None:
    """Refuse a caller who may not read objects of this type.

    Raises:
        GraphRefusal: 403, or 501 where that hangs on a permission that is not simulated.
    """
    if not may_read(caller, odata_type):
        message = "Insufficient privileges to complete the operation."
        raise GraphRefusal(403, "Authorization_RequestDenied", message)
