"""List and search the people of a workspace, a page at a time, however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.ids import EntraUserId, RecipientId, is_guid, is_id
from sync_core.domain.outlines import Outline
from sync_core.domain.presence import present
from sync_core.flows.locate_people import entra_key
from sync_core.ports import MAX_ROWS_PER_READ, value_of

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient
    from sync_core.domain.ids import WorkspaceId
    from sync_core.domain.outlines import PeopleSearch
    from sync_core.flows.services import Services

MOST_LOOKED_AT = 5000
"""So many people are read for one page: a search that finds few of many must not take its time with one answer."""


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """*next_after*: behind whom the next page begins, None at the end; there may be one behind an empty page, too."""

    people: tuple[Outline, ...]
    next_after: RecipientId | None = None


async def find_people(
    services: Services,
    workspace: WorkspaceId,
    search: PeopleSearch,
    *,
    limit: int,
    after: RecipientId | None = None,
) -> PeoplePage:
    """Return up to *limit* people whom *search* finds behind *after*, in an order that never changes.

    A page ends early where `MOST_LOOKED_AT` people were looked at. A search for somebody's whole e-mail address,
    recipient id or Entra object id finds that person alone, and at once.
    """
    if after is None and (person := await _named(services, workspace, search.text.strip())) is not None:
        return PeoplePage((person,) if search.admits(person) else ())
    words = search.words
    #  Whoever leaves nobody out is at the end of the page with so many; one more tells whether there is another page.
    at_a_time = limit + 1 if search.is_open else MAX_ROWS_PER_READ
    found: list[Outline] = []
    last, looked_at = after, 0
    async for person in services.people.outlines(workspace, after=after, at_a_time=at_a_time):
        if len(found) == limit or looked_at == MOST_LOOKED_AT:
            return PeoplePage(tuple(found), last)
        last, looked_at = person.id, looked_at + 1
        if search.finds(person, words):
            found.append(person)
    return PeoplePage(tuple(found))


async def find_person(services: Services, workspace: WorkspaceId, recipient: RecipientId) -> Recipient:
    """Return one person.

    Raises:
        SyncRefused: ``recipient-not-found``, ``recipient-deleted``.
    """
    return present(await _person(services, workspace, recipient))


async def _named(services: Services, workspace: WorkspaceId, text: str) -> Outline | None:
    """Return the person whose address or id *text* is, None where it is nobody's."""
    if not email.problem_of(text):
        key = email.key_of(text)
    elif is_guid(text):
        #  Entra ID writes object ids in lower case (learn.microsoft.com, directoryObject resource type).
        key = entra_key(EntraUserId(text.lower()))
    else:
        person = await _person(services, workspace, RecipientId(text)) if is_id(text) else None
        return None if person is None else Outline.of(person)
    claim = (await services.identities.owners(workspace, [key])).get(key)
    person = None if claim is None else await _person(services, workspace, claim.owner)
    return Outline.of(person) if person is not None and key in _keys_of(person) else None


async def _person(services: Services, workspace: WorkspaceId, recipient: RecipientId) -> Recipient | None:
    return value_of((await services.people.people(workspace, [recipient])).get(recipient))


def _keys_of(person: Recipient) -> set[str]:
    """Return what the person carries; a claim alone may be of a change that was never stored."""
    address = person.values.get(EMAIL)
    keys = set() if address is None else {email.key_of(address)}
    return keys if person.entra_id is None else keys | {entra_key(person.entra_id)}
