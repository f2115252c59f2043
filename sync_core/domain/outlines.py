"""People as a list shows them, and what such a list can be searched by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.text_search import holds, words_of

if TYPE_CHECKING:
    from sync_core.domain.directory import InactiveBecause, Origin, Recipient, Status
    from sync_core.domain.ids import EntraUserId, RecipientId


@dataclass(frozen=True, slots=True)
class Outline:
    """One person in short; *cards*: how many. Of a *deleted* one, a tombstone, only the id means anything."""

    id: RecipientId
    name: str
    email: str
    status: Status
    inactive_because: InactiveBecause | None
    origin: Origin
    entra_id: EntraUserId | None
    revision: int
    cards: int = 0
    deleted: bool = False

    @classmethod
    def of(cls, person: Recipient) -> Outline:
        return cls(
            person.id,
            person.values.get(NAME, ""),
            person.values.get(EMAIL, ""),
            person.status,
            person.inactive_because,
            person.origin,
            person.entra_id,
            person.revision,
            len(person.cards),
            person.deleted,
        )


@dataclass(frozen=True, slots=True)
class PeopleSearch:
    """Whom a list is to show. *text*: each of its words stands in the name or the address, whatever the case."""

    text: str = ""
    status: Status | None = None
    origin: Origin | None = None

    @property
    def is_open(self) -> bool:
        """Whether everybody there is is found."""
        return self.status is None and self.origin is None and not self.words

    @property
    def words(self) -> tuple[str, ...]:
        """The words as `finds` takes them; read once for a whole list."""
        return words_of(self.text)

    def admits(self, person: Outline) -> bool:
        """Tell whether status and origin are as wanted; nobody deleted is."""
        return not person.deleted and self.status in {None, person.status} and self.origin in {None, person.origin}

    def finds(self, person: Outline, words: tuple[str, ...]) -> bool:
        """Tell whether the list is to show *person*, with the *words* of this search."""
        return self.admits(person) and holds(words, person.name, person.email)
