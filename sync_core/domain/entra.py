"""What Entra ID says about a group and its people, in our words."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.ids import EntraGroupId, EntraUserId


@dataclass(frozen=True, slots=True)
class EntraUser:
    """A user account as one read saw it.

    *values* holds our fields (see `field_settings`) that are not empty in Entra, trimmed, ``email`` among them.
    *enabled* is None where Entra did not say.
    """

    id: EntraUserId
    values: Mapping[str, str]
    enabled: bool | None = True
    guest: bool = False


@dataclass(frozen=True, slots=True)
class EntraGroup:
    id: EntraGroupId
    name: str
    description: str


class GroupKind(StrEnum):
    """What Entra's own pages call a group (learn.microsoft.com, "group resource type", group types)."""

    SECURITY = "security"
    MICROSOFT_365 = "microsoft365"
    MAIL_SECURITY = "mail-enabled-security"
    DISTRIBUTION = "distribution"


@dataclass(frozen=True, slots=True)
class FoundGroup:
    """A group of the tenant, as somebody sees it who looks for one. *dynamic*: a rule decides who is in it."""

    id: EntraGroupId
    name: str
    description: str
    mail: str
    kind: GroupKind
    dynamic: bool


@dataclass(frozen=True, slots=True)
class GroupsPage:
    """*next_after*: what the next page is asked for by, None at the end; an empty page can have a next one."""

    groups: tuple[FoundGroup, ...]
    next_after: str | None = None


@dataclass(frozen=True, slots=True)
class MembersPage:
    """One page of a group's members. *others* counts the members that are no user accounts, by type."""

    users: tuple[EntraUser, ...]
    others: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReadProof:
    """How sure we are that a read saw everybody.

    *users* is how many distinct user accounts were seen, *counted* how many Entra counts, *others* the members
    that are no user accounts. Only a *complete* read may take anybody out.
    """

    pages: int
    users: int
    counted: int | None
    complete: bool
    others: Mapping[str, int] = field(default_factory=dict)
    readings: int = 1

    def drift(self, *, known: int) -> int:
        """Return by how many people the group in Entra differs from what the directory knows of it.

        *known*: how many of those seen were taken in, refused with a reason, or left out by the options. Entra's
        count may lag behind what it showed, so the larger of the two is believed.
        """
        return abs(max(self.users, self.counted or 0) - known)
