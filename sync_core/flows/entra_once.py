"""Read a group from Entra once, and let a second look at it hear exactly the same."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from sync_core.flows.packed import packed, unpacked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sync_core import ports
    from sync_core.domain.entra import EntraGroup, EntraUser, GroupsPage, MembersPage
    from sync_core.domain.ids import EntraGroupId, EntraUserId, TenantId

T = TypeVar("T")


class EntraOnce:
    """Remembers, question by question, what Entra answered; members as packed pages, some 60 bytes a person."""

    def __init__(self, real: ports.Entra) -> None:
        self._real = real
        self._answers: defaultdict[tuple[object, ...], list[Any]] = defaultdict(list)

    def listener(self) -> ports.Entra:
        """Return an Entra that answers as it did to whoever asked before, in that order, and then asks on."""
        return _Listener(self._real, self._answers)


class _Listener:
    def __init__(self, real: ports.Entra, answers: defaultdict[tuple[object, ...], list[Any]]) -> None:
        self._real = real
        self._answers = answers
        self._heard: defaultdict[tuple[object, ...], int] = defaultdict(int)

    async def group(self, tenant: TenantId, group: EntraGroupId) -> EntraGroup:
        return await self._answer(("group", group), lambda: self._real.group(tenant, group))

    async def count_users(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> int:
        question = ("count", group, nested)
        return await self._answer(question, lambda: self._real.count_users(tenant, group, nested=nested))

    async def members(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> AsyncIterator[MembersPage]:
        question = ("members", group, nested)
        readings, number = self._answers[question], self._next(question)
        if number < len(readings):
            for page in readings[number]:
                yield unpacked(page)
            return
        pages = []
        async for page in self._real.members(tenant, group, nested=nested):
            pages.append(packed(page))
            yield page
        readings.append(pages)

    async def check(self, tenant: TenantId) -> None:
        await self._real.check(tenant)

    async def find_groups(
        self, tenant: TenantId, *, search: str, at_most: int, after: str | None = None
    ) -> GroupsPage:
        return await self._real.find_groups(tenant, search=search, at_most=at_most, after=after)

    async def user(self, tenant: TenantId, user: EntraUserId) -> EntraUser | None:
        return await self._real.user(tenant, user)

    async def _answer(self, question: tuple[object, ...], ask: Callable[[], Awaitable[T]]) -> T:
        answers: list[T] = self._answers[question]
        number = self._next(question)
        if number == len(answers):
            answers.append(await ask())
        return answers[number]

    def _next(self, question: tuple[object, ...]) -> int:
        number = self._heard[question]
        self._heard[question] += 1
        return number
