"""Decide, for one person, how to put back what a run changed, and what to leave because it has changed since.

Facts are compared one by one: each value, the status with its reason, the link to Entra, the membership of the run's
group, and whether the person exists at all. Versions and states of cards are no facts of their own: they follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sync_core.domain.directory import Card, CardState, InactiveBecause, Recipient, Status
from sync_core.domain.ids import EntraUserId, GroupId
from sync_core.domain.planning import ChangeKind, PersonChange, change_to, differences
from sync_core.domain.undoing_cards import (
    Changes,
    any_synced,
    following_status,
    showing,
    shown_before,
    with_old_card,
    without_new_card,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from sync_core.domain.journal import JournalEntry
    from sync_core.domain.options import SyncOptions

PUT_BACK = "put-back"

CHANGED_SINCE = "changed-again-since"

EMAIL_PATH = "values.email"
ENTRA_PATH = "entraId"

_VALUES = "values."
_STATUS, _BECAUSE = "status", "inactiveBecause"


@dataclass(frozen=True, slots=True)
class UndoRules:
    """What an undo decides by. *group*: whose run is undone; *at*: when the undo began, aware UTC."""

    group: GroupId
    options: SyncOptions
    at: datetime


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """What to put back, and what is *left*: path -> [what the run made of it, what it is now]."""

    change: PersonChange | None
    left: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def plan_undo(
    entries: Sequence[JournalEntry],
    held: Recipient,
    *,
    rules: UndoRules,
    taken: AbstractSet[str] = frozenset(),
) -> UndoPlan:
    """Plan to put back what *entries*, those of one person in one run, the newest first, changed.

    *taken*: `EMAIL_PATH`, `ENTRA_PATH`, or both, where the old one belongs to somebody else now. Planning again for
    the person as the plan left them plans nothing, so that an undo that was cut off can be repeated.
    """
    person, left, revision = held, Changes(), held.revision
    for entry in entries:
        #  Revisions count by one: equal ones mean that nothing was changed in between.
        unchanged = entry.revision == revision
        person, more = _undone(entry, person, rules, taken, unchanged=unchanged)
        left = more | left
        revision = entry.revision - 1 if unchanged else -1
    options = rules.options if _status_follows(held, person, rules.group) else None
    kind = _kind(held, person, rules.group)
    change = change_to(person, before=held, kind=kind, options=options, reason=PUT_BACK)
    after = held if change is None else change.after
    if after.deleted and change is not None:
        return UndoPlan(change)
    if _standing(person) != _standing(held) == _standing(after):
        left[_STATUS] = [held.status.value, held.status.value]
    return UndoPlan(change, left)


def _undone(
    entry: JournalEntry, person: Recipient, rules: UndoRules, taken: AbstractSet[str], *, unchanged: bool
) -> tuple[Recipient, Changes]:
    _, ended = entry.changes.get("deleted", (None, None))
    if ended and person.deleted and not taken:
        return _restored(entry, person, rules.at), {}
    if ended or person.deleted:
        return person, _not_as_before(entry, _flat(person))
    if _STATUS in entry.changes and entry.changes[_STATUS][0] is None:
        return _unmade(entry, person, rules.group)
    return _put_back(entry, person, rules, taken, unchanged=unchanged)


def _restored(entry: JournalEntry, tombstone: Recipient, at: datetime) -> Recipient:
    """Return the person whom the run deleted: the entry holds everything that people could see of them."""
    old = {path: before for path, (before, _) in entry.changes.items() if before is not None}
    because = _because(old.get(_BECAUSE))
    return replace(
        tombstone,
        deleted=False,
        entra_id=_entra_id(old.get(ENTRA_PATH)),
        values=_under(_VALUES, old),
        shown=_under("shown.", old) or None,
        status=Status(old[_STATUS]),
        inactive_because=because,
        enabled_in_entra=False if because is InactiveBecause.DISABLED else None,
        cards={
            GroupId(group): Card(version, CardState(state), read_at=at)
            for group, (version, state) in _under("cards.", old).items()
        },
        read_at=at,
    )


def _unmade(entry: JournalEntry, person: Recipient, group: GroupId) -> tuple[Recipient, Changes]:
    """Undo that the run made the person: they go, unless they have become more than what the run made."""
    made, now = {path: new for path, (_, new) in entry.changes.items()}, _flat(person)
    left = {
        path: [made.get(path), now.get(path)]
        for path in sorted(made | now)
        if _is_fact(path) and now.get(path) != made.get(path)
    }
    cards, kept = without_new_card(entry, person, group)
    left |= {f"cards.{other}": [None, now[f"cards.{other}"]] for other in cards} | kept
    return replace(person, cards=cards, deleted=not left), left


def _put_back(
    entry: JournalEntry, person: Recipient, rules: UndoRules, taken: AbstractSet[str], *, unchanged: bool
) -> tuple[Recipient, Changes]:
    now = _flat(person)
    facts = {path: change for path, change in entry.changes.items() if _is_fact(path)}
    if ENTRA_PATH in taken and ENTRA_PATH in facts:
        return person, _not_as_before(entry, now)
    left = {
        path: [new, now.get(path)]
        for path, (old, new) in facts.items()
        if now.get(path) != old and (now.get(path) != new or path in taken)
    }
    cards, kept = without_new_card(entry, person, rules.group)
    left |= kept
    if person.entra_id is not None and facts.get(ENTRA_PATH, [""])[0] is None and any_synced(cards):
        #  The link serves the other groups that hold the person.
        left[ENTRA_PATH] = [facts[ENTRA_PATH][1], person.entra_id]
    whole = {_STATUS, _BECAUSE} if left.keys() & {_STATUS, _BECAUSE} else set()
    back = {path: old for path, (old, _) in facts.items() if path not in left.keys() | whole}
    after = _with_facts(replace(person, cards=cards, read_at=rules.at), back)
    content, kept = shown_before(entry, person, values=after.values)
    left |= kept
    after = showing(content, after, showed=person.card_content)
    after, kept = with_old_card(entry, after, rules.group, at=rules.at, as_it_was=unchanged and not left)
    return after if after.status is person.status else following_status(after), left | kept


def _with_facts(person: Recipient, facts: Mapping[str, Any]) -> Recipient:
    """Return *person* with these facts, by path; None stands for what is not there."""
    values = {**person.values, **_under(_VALUES, facts)}
    return replace(
        person,
        values={name: value for name, value in values.items() if value is not None},
        entra_id=_entra_id(facts.get(ENTRA_PATH, person.entra_id)),
        status=Status(facts.get(_STATUS, person.status)),
        inactive_because=_because(facts.get(_BECAUSE, person.inactive_because)),
    )


def _status_follows(held: Recipient, person: Recipient, group: GroupId) -> bool:
    """Tell whether the status must be derived afresh, because the groups that hold the person contradict it.

    Who left the last group in another run is in one again; or, the other way round, no group holds who is to be
    active again, or the undo takes away the last group of somebody whose status the run never changed.
    """
    if person.deleted or person.cards:
        return not person.deleted and person.inactive_because is InactiveBecause.LEFT
    active_again = held.status is Status.INACTIVE and person.status is Status.ACTIVE
    ended = group in held.cards and _standing(held) == _standing(person)
    return person.entra_id is not None and (active_again or ended)


def _standing(person: Recipient) -> tuple[Status, InactiveBecause | None]:
    return person.status, person.inactive_because


def _kind(before: Recipient, after: Recipient, group: GroupId) -> ChangeKind:
    if after.deleted or (group in before.cards and group not in after.cards):
        return ChangeKind.REMOVED
    return ChangeKind.ADDED if group not in before.cards and group in after.cards else ChangeKind.UPDATED


def _not_as_before(entry: JournalEntry, now: Mapping[str, Any]) -> Changes:
    """Return where a person who came back or went since is not as before the run; of a card, only whether it is."""
    return {
        path: [new, now.get(path)]
        for path, (old, new) in entry.changes.items()
        if not _same(path, old, now.get(path)) and not path.startswith("shown.")
    }


def _same(path: str, one: Any, other: Any) -> bool:
    return (one is None) == (other is None) if path.startswith("cards.") else one == other


def _is_fact(path: str) -> bool:
    return path.startswith(_VALUES) or path in {ENTRA_PATH, _STATUS, _BECAUSE}


def _flat(person: Recipient) -> dict[str, Any]:
    return {path: now for path, (_, now) in differences(None, person).items()}


def _under(prefix: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {path.removeprefix(prefix): fact for path, fact in facts.items() if path.startswith(prefix)}


def _because(text: str | None) -> InactiveBecause | None:
    return None if text is None else InactiveBecause(text)


def _entra_id(text: str | None) -> EntraUserId | None:
    return None if text is None else EntraUserId(text)
