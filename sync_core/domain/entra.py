"""What Entra ID says about a group and its people, in our words."""

from __future__ import annotations

from dataclasses import dataclass, field
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
