"""Read groups and their members from Microsoft Graph, completely or not at all."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sync_core.adapters.entra import failures, group_search, mapping
from sync_core.adapters.entra.answers import incomplete, object_in
from sync_core.domain.entra import EntraGroup, EntraUser, GroupsPage, MembersPage
from sync_core.domain.errors import GroupGone
from sync_core.domain.ids import EntraGroupId, EntraUserId, TenantId, is_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx
    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

    from sync_core.adapters.entra.client import Ask, GraphClients

PAGE_SIZE = 999
"""The most that Graph gives on a page of members (learn.microsoft.com, "List group members")."""

_ANY_ONE: dict[str, Any] = {"%24select": ["id"], "%24top": 1}


class GraphEntra:
    """The port `Entra` over Microsoft Graph v1.0."""

    def __init__(self, clients: GraphClients) -> None:
        self._clients = clients

    async def check(self, tenant: TenantId) -> None:
        await self._clients.sign_in_afresh(tenant)
        for ask in (_ask_any_group, _ask_any_user):
            await self._clients.fetch(tenant, ask, operation="check")

    async def group(self, tenant: TenantId, group: EntraGroupId) -> EntraGroup:
        body = object_in(await self._clients.fetch(tenant, _ask_group(group), operation="group"))
        name, description = body.get("displayName"), body.get("description")
        if not isinstance(name, str):
            raise failures.refused("permission-missing")
        return EntraGroup(id=group, name=name, description=description if isinstance(description, str) else "")

    async def find_groups(
        self, tenant: TenantId, *, search: str, at_most: int, after: str | None = None
    ) -> GroupsPage:
        ask = group_search.ask_for(search, at_most=at_most, after=after)
        answer = await self._clients.fetch(tenant, ask, operation="groups")
        return group_search.page_in(object_in(answer), after=after)

    async def members(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> AsyncIterator[MembersPage]:
        ask, followed = _ask_members(group, nested=nested), set[str]()
        while True:
            body = object_in(await self._fetch_below(tenant, ask, operation="members"))
            yield _page(body)
            link = body.get("@odata.nextLink")
            if link is None:
                return
            if not isinstance(link, str) or link in followed:
                raise incomplete("the pages of a group lead in a circle")
            followed.add(link)
            ask = self._clients.follow(link)

    async def count_users(self, tenant: TenantId, group: EntraGroupId, *, nested: bool) -> int:
        answer = await self._fetch_below(tenant, _ask_count(group, nested=nested), operation="count_users")
        text = answer.content.removeprefix(b"\xef\xbb\xbf").strip()
        if not text.isdigit():
            raise incomplete("the number of a group's users came back as something else")
        return int(text)

    async def user(self, tenant: TenantId, user: EntraUserId) -> EntraUser | None:
        try:
            body = object_in(await self._clients.fetch(tenant, _ask_user(user), operation="user"))
        except GroupGone:
            #  Graph has one code for everything that is not there.
            return None
        if body.get("id") != user:
            raise incomplete("a user came back as somebody else")
        return _user(body, user)

    async def _fetch_below(self, tenant: TenantId, ask: Ask, *, operation: str) -> httpx.Response:
        """Fetch something below a group. Only the group's own answer may say that it is gone."""
        try:
            return await self._clients.fetch(tenant, ask, operation=operation)
        except GroupGone as exc:
            raise incomplete("the group was not found while it was being read") from exc


def _ask_any_group(graph: GraphServiceClient) -> RequestInformation:
    return _with_query(graph.groups.to_get_request_information(), _ANY_ONE)


def _ask_any_user(graph: GraphServiceClient) -> RequestInformation:
    return _with_query(graph.users.to_get_request_information(), _ANY_ONE)


def _ask_group(group: EntraGroupId) -> Ask:
    def ask(graph: GraphServiceClient) -> RequestInformation:
        request = graph.groups.by_group_id(group).to_get_request_information()
        return _with_query(request, {"%24select": ["id", "displayName", "description"]})

    return ask


def _ask_members(group: EntraGroupId, *, nested: bool) -> Ask:
    def ask(graph: GraphServiceClient) -> RequestInformation:
        item = graph.groups.by_group_id(group)
        members = item.transitive_members if nested else item.members
        query: dict[str, Any] = {"%24select": list(mapping.SELECT), "%24top": PAGE_SIZE}
        return _with_query(members.to_get_request_information(), query)

    return ask


def _ask_count(group: EntraGroupId, *, nested: bool) -> Ask:
    def ask(graph: GraphServiceClient) -> RequestInformation:
        item = graph.groups.by_group_id(group)
        members = item.transitive_members if nested else item.members
        request = members.graph_user.count.to_get_request_information()
        #  Counting a cast is an advanced query (learn.microsoft.com, "Advanced query capabilities").
        request.headers.add("ConsistencyLevel", "eventual")
        return request

    return ask


def _ask_user(user: EntraUserId) -> Ask:
    def ask(graph: GraphServiceClient) -> RequestInformation:
        request = graph.users.by_user_id(user).to_get_request_information()
        return _with_query(request, {"%24select": list(mapping.SELECT)})

    return ask


def _with_query(request: RequestInformation, query: dict[str, Any]) -> RequestInformation:
    request.query_parameters.update(query)
    return request


def _page(body: dict[str, Any]) -> MembersPage:
    members = body.get("value")
    if not isinstance(members, list):
        raise incomplete("a page of a group holds no list of members")
    users, others = [], Counter[str]()
    for raw in members:
        kind, member = _kind_and_id(raw)
        if kind != mapping.USER_TYPE:
            others[mapping.short_type(kind)] += 1
        else:
            users.append(_user(raw, EntraUserId(member)))
    return MembersPage(users=tuple(users), others=dict(others))


def _user(raw: dict[str, Any], user: EntraUserId) -> EntraUser:
    if raw.get("userPrincipalName") is None and mapping.is_blank(raw):
        raise failures.refused("permission-missing")
    return mapping.user_from(raw, user)


def _kind_and_id(raw: Any) -> tuple[str, str]:
    """Return the member's type and id; without either it cannot be told who is missing from the page."""
    if isinstance(raw, dict):
        kind, member = raw.get("@odata.type"), raw.get("id")
        if isinstance(kind, str) and isinstance(member, str) and kind and is_id(member):
            return kind, member
    raise incomplete("a page of a group holds a member without type or id")
