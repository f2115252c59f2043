"""What an undo makes of a person's cards: the membership of the run's group, what the cards show, their versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sync_core.domain.directory import Card, CardState, Origin, Recipient, Status
from sync_core.domain.ids import GroupId
from sync_core.domain.planning import MOST_CARDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sync_core.domain.journal import JournalEntry

Changes = dict[str, list[Any]]
"""Path -> [old, new], or of what is left as it is: [what the run made of it, what it is now]."""


def any_synced(cards: Mapping[GroupId, Card]) -> bool:
    return any(card.origin is Origin.SYNC for card in cards.values())


def without_new_card(
    entry: JournalEntry, person: Recipient, group: GroupId
) -> tuple[Mapping[GroupId, Card], Changes]:
    """Return the cards without the one that the run gave, and why not if it has to stay."""
    path, card = f"cards.{group}", person.cards.get(group)
    old, new = entry.changes.get(path, (None, None))
    if old is not None or new is None or card is None:
        return person.cards, {}
    if card.origin is Origin.BY_HAND:
        return person.cards, {path: [new, [card.version, card.state.value]]}
    return {other: kept for other, kept in person.cards.items() if other != group}, {}


def with_old_card(
    entry: JournalEntry, person: Recipient, group: GroupId, *, at: datetime, as_it_was: bool
) -> tuple[Recipient, Changes]:
    """Return the person with the card that the run ended, and why not if there is no room for it any more.

    *as_it_was*: the card is known to show what it showed, so its version is the old one; otherwise the next.
    """
    path = f"cards.{group}"
    old, new = entry.changes.get(path, (None, None))
    if old is None or new is not None or group in person.cards:
        return person, {}
    if len(person.cards) >= MOST_CARDS:
        return person, {path: [None, None]}
    card = Card(old[0] if as_it_was else old[0] + 1, _state(person), read_at=at)
    return replace(person, cards={**person.cards, group: card}), {}


def following_status(person: Recipient) -> Recipient:
    cards = {group: replace(card, state=_state(person)) for group, card in person.cards.items()}
    return replace(person, cards=cards)


def showing(content: Mapping[str, str], person: Recipient, *, showed: Mapping[str, str]) -> Recipient:
    """Return *person* with cards that show *content*, in a new version where they *showed* something else."""
    bump = int(content != showed)
    cards = {group: replace(card, version=card.version + bump) for group, card in person.cards.items()}
    return replace(person, cards=cards, shown=None if content == person.values else content)


def shown_before(
    entry: JournalEntry, person: Recipient, *, values: Mapping[str, str]
) -> tuple[Mapping[str, str], Changes]:
    """Return what the cards are to show once the person has *values* again, and what of it stays as it is.

    That the run made the cards lag behind the values, or caught them up, is undone as a whole or not at all.
    """
    lag = {path.removeprefix("shown."): both for path, both in entry.changes.items() if path.startswith("shown.")}
    before = {name: old for name, (old, _) in lag.items() if old is not None}
    since = {name: new for name, (_, new) in lag.items() if new is not None}
    shown, cards, versions = person.shown or {}, person.cards, _versions_raised(entry)
    if lag and versions and shown != before:
        if all(card.version == versions.get(group, card.version) for group, card in cards.items()):
            return before or values, {}
        return person.card_content, {f"shown.{name}": [since.get(name), shown.get(name)] for name in lag}
    if person.shown is None and not before:
        return values, {}
    if lag or not versions:
        return person.card_content, {}
    return _each_before(entry, person.card_content, values), {}


def _each_before(entry: JournalEntry, content: Mapping[str, str], values: Mapping[str, str]) -> Mapping[str, str]:
    """Return *content* with the old of each value that is put back and that the cards show as the run made it."""
    back: dict[str, str | None] = dict(content)
    for path, (old, new) in entry.changes.items():
        name = path.removeprefix("values.")
        if name != path and values.get(name) == old and content.get(name) == new:
            back[name] = old
    return {name: value for name, value in back.items() if value is not None}


def _versions_raised(entry: JournalEntry) -> dict[GroupId, int]:
    """Return the cards that the run changed the content of, in their version after it."""
    return {
        GroupId(path.removeprefix("cards.")): new[0]
        for path, (old, new) in entry.changes.items()
        if path.startswith("cards.") and old is not None and new is not None and old[0] != new[0]
    }


def _state(person: Recipient) -> CardState:
    return CardState.ACTIVE if person.status is Status.ACTIVE else CardState.PAUSED
