"""Find a tenant's groups by words of their names, or look through all of them, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from sync_core.adapters.entra import failures
from sync_core.adapters.entra.answers import incomplete
from sync_core.adapters.entra.mapping import text_of
from sync_core.domain.entra import FoundGroup, GroupKind, GroupsPage
from sync_core.domain.ids import EntraGroupId, is_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kiota_abstractions.request_information import RequestInformation
    from msgraph.graph_service_client import GraphServiceClient

    from sync_core.adapters.entra.client import Ask

SELECT = ("id", "displayName", "description", "mail", "groupTypes", "mailEnabled", "securityEnabled")

#  learn.microsoft.com, "Use the $search query parameter": a backslash and a quote stand behind a backslash. With an
#  ampersand Graph has a known fault; as symbols part words there, a space finds the same.
_IN_A_CLAUSE = str.maketrans({"\\": "\\\\", '"': '\\"', "&": " "})


def ask_for(search: str, *, at_most: int, after: str | None) -> Ask:
    """Return the question for one page: the first, or the one whose token is *after*."""
    query: dict[str, Any] = {"%24select": list(SELECT), "%24top": at_most}
    if search:
        query["%24search"] = f'"displayName:{search.translate(_IN_A_CLAUSE)}"'

    def ask(graph: GraphServiceClient) -> RequestInformation:
        request = graph.groups.to_get_request_information()
        request.query_parameters.update(query)
        #  Needed for $search, on every page: a link does not carry it.
        request.headers.add("ConsistencyLevel", "eventual")
        if after is not None:
            #  The SDK knows no such parameter. Put together from what is ours but for one value, the address cannot
            #  lead anywhere else, whoever the token comes from.
            request.path_parameters["baseurl"] = graph.request_adapter.base_url
            request.url = f"{request.url}&%24skiptoken={quote(after, safe='')}"
        return request

    return ask


def page_in(body: Mapping[str, Any], *, after: str | None) -> GroupsPage:
    """Return the page that *body* holds, which was asked for by *after*.

    Raises:
        EntraRefused: ``permission-missing``: groups have no names.
        TryAgainLater: it is no page, or leads back to itself.
    """
    groups = body.get("value")
    if not isinstance(groups, list):
        raise incomplete("a page of groups holds no list")
    next_after = _token_in(body.get("@odata.nextLink"))
    if next_after is not None and next_after == after:
        raise incomplete("the pages of groups lead in a circle")
    return GroupsPage(tuple(found_group(raw, _id_of(raw)) for raw in groups), next_after)


def found_group(raw: Mapping[str, Any], group: EntraGroupId) -> FoundGroup:
    """Return the group that *raw* describes; what is of an unexpected type counts as absent."""
    types = raw.get("groupTypes")
    types = types if isinstance(types, list) else []
    if not (name := text_of(raw.get("displayName"))):
        raise failures.refused("permission-missing")
    return FoundGroup(
        id=group,
        name=name,
        description=text_of(raw.get("description")),
        mail=text_of(raw.get("mail")),
        kind=_kind(raw, types),
        dynamic="DynamicMembership" in types,
    )


def _kind(raw: Mapping[str, Any], types: list[Any]) -> GroupKind:
    if "Unified" in types:
        return GroupKind.MICROSOFT_365
    if raw.get("mailEnabled") is not True:
        return GroupKind.SECURITY
    return GroupKind.MAIL_SECURITY if raw.get("securityEnabled") is True else GroupKind.DISTRIBUTION


def _id_of(raw: Any) -> EntraGroupId:
    group = raw.get("id") if isinstance(raw, dict) else None
    if not isinstance(group, str) or not is_id(group):
        raise incomplete("a page of groups holds one without id")
    return EntraGroupId(group)


def _token_in(link: Any) -> str | None:
    """Return the token in the link to the next page; nothing else of it is ever used."""
    if link is None:
        return None
    try:
        tokens = parse_qs(urlsplit(link).query).get("$skiptoken", []) if isinstance(link, str) else []
    except ValueError as exc:
        raise incomplete("the link to the next page is none") from exc
    if len(tokens) != 1:
        raise incomplete("the link to the next page names no place")
    return tokens[0]
