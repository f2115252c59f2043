"""Entra ID in memory: a tenant in Graph's own shape, read through the product's real mapping."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync_core.adapters.entra.group_search import found_group
from sync_core.adapters.entra.mapping import short_type, user_from
from sync_core.domain.entra import EntraGroup, EntraUser, GroupsPage, MembersPage
from sync_core.domain.errors import EntraRefused, GroupGone, TryAgainLater
from sync_core.domain.ids import EntraGroupId, EntraUserId

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sync_core.domain.errors import SyncRefused
    from sync_core.domain.ids import TenantId

USER = "#microsoft.graph.user"
_BEHIND = "behind "


@dataclass
class MemoryEntra:
    """*users* and *groups* by id; a group's ``members`` hold ``@odata.type`` and ``id``.

    *before_page* may raise, or let others run, before each page. *miscount* is added to what is counted; *lose*
    names users who are missing from the pages though they are counted. *refusal* answers every question about a
    group itself and every check of the connection, and *asked* counts those questions.
    """

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    page_size: int = 5
    before_page: Callable[[], Awaitable[None]] | None = None
    miscount: int = 0
    lose: set[str] = field(default_factory=set)
    refusal: SyncRefused | None = None
    asked: int = 0

    async def group(self, tenant: TenantId, group: EntraGroupId) -> EntraGroup:  # noqa: ARG002 (one tenant)
        self.asked += 1
        if self.refusal is not None:
            raise self.refusal
        found = self.groups.get(group)
        if found is None:
            raise GroupGone("group-gone", "The group is not in Entra ID any more.")
        return EntraGroup(group, found["displayName"], found.get("description") or "")

    async def find_groups(
        self,
        tenant: TenantId,  # noqa: ARG002 (one tenant)
        *,
        search: str,
        at_most: int,
        after: str | None = None,
    ) -> GroupsPage:
        """Find groups by the beginnings of words, in order of their ids."""
        self.asked += 1
        if self.refusal is not None:
            raise self.refusal
        if after is not None and not after.startswith(_BEHIND):
            raise EntraRefused("request-refused", "Microsoft Graph refused a request.")
        behind = "" if after is None else after.removeprefix(_BEHIND)
        found = [self.groups[key] for key in sorted(self.groups) if key > behind]
        found = [one for one in found if _begins_words(one["displayName"], search)]
        page = tuple(found_group(one, EntraGroupId(one["id"])) for one in found[:at_most])
        return GroupsPage(page, _BEHIND + page[-1].id if len(found) > at_most else None)

    async def check(self, tenant: TenantId) -> None:  # noqa: ARG002 (one tenant)
        self.asked += 1
        if self.refusal is not None:
            raise self.refusal

    async def members(
        self,
        tenant: TenantId,  # noqa: ARG002 (one tenant)
        group: EntraGroupId,
        *,
        nested: bool,
    ) -> AsyncIterator[MembersPage]:
        members = [one for one in self._members(group, nested=nested) if one["id"] not in self.lose]
        for start in range(0, max(len(members), 1), self.page_size):
            if self.before_page is not None:
                await self.before_page()
            page = members[start : start + self.page_size]
            users = tuple(
                user_from(self.users[one["id"]], EntraUserId(one["id"])) for one in page if one["@odata.type"] == USER
            )
            yield MembersPage(
                users, Counter(short_type(one["@odata.type"]) for one in page if one["@odata.type"] != USER)
            )

    async def count_users(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> int:  # noqa: ARG002
        members = self._members(group, nested=nested)
        return sum(one["@odata.type"] == USER for one in members) + self.miscount

    async def user(self, tenant: TenantId, user: EntraUserId) -> EntraUser | None:  # noqa: ARG002 (one tenant)
        if self.before_page is not None:
            await self.before_page()
        return user_from(self.users[user], user) if user in self.users else None

    def _members(self, group: str, *, nested: bool) -> list[dict[str, str]]:
        """Return the members in order of their ids, each once; deleted users are none.

        Raises:
            TryAgainLater: there is no such group; only the group's own answer says for sure that it is gone.
        """
        if group not in self.groups:
            raise TryAgainLater("the members were not found", after=timedelta(minutes=5))
        seen: dict[str, dict[str, str]] = {}
        waiting, been = [group], set()
        while waiting:
            current = waiting.pop()
            been.add(current)
            for one in self.groups.get(current, {}).get("members", ()):
                if one["@odata.type"] != USER or one["id"] in self.users:
                    seen[one["id"]] = one
                if nested and one["@odata.type"] == "#microsoft.graph.group" and one["id"] not in been:
                    waiting.append(one["id"])
        return [seen[key] for key in sorted(seen)]


def _begins_words(name: str, search: str) -> bool:
    words = re.findall(r"\w+", name.casefold())
    return all(any(word.startswith(asked) for word in words) for asked in re.findall(r"\w+", search.casefold()))
