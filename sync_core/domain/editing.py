"""Decide what an edit by hand makes of a person; change nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sync_core.domain import email
from sync_core.domain.directory import Card, CardState, InactiveBecause, Origin, Recipient, Status
from sync_core.domain.errors import SyncRefused
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.options import OnDisabled
from sync_core.domain.planning import MOST_CARDS, TOO_MANY_GROUPS, ChangeKind, PersonChange, change_to

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.field_settings import FieldSettings
    from sync_core.domain.ids import GroupId, RecipientId
    from sync_core.domain.options import SyncOptions
    from sync_core.domain.workspaces import Rulebook

LONGEST_VALUE = 1024
"""As long as what is imported can be."""

FOLLOWS_ENTRA = "follows-entra"

BY_HAND = "by-hand"
"""The reason of every change that is planned here but what `plan_cards_up` plans."""

_EMAIL_PROBLEMS = {
    email.MISSING: "A person needs an e-mail address.",
    email.MALFORMED: "This is no e-mail address.",
    email.TAKEN: "Another person of the workspace has this e-mail address.",
}


def email_refused(problem: str) -> SyncRefused:
    """Return the refusal for a *problem* as `email` names them."""
    return SyncRefused(problem, _EMAIL_PROBLEMS[problem], field=_path(EMAIL))


def follows_entra(person: Recipient, name: str, settings: FieldSettings) -> bool:
    """Tell whether the value *name* of *person* is Entra's to say, so that an edit here would not last."""
    overwritten = {value for _, value, overwrite in settings.synced_values() if overwrite}
    return person.entra_id is not None and name in overwritten


def cleaned(values: Mapping[str, str | None], settings: FieldSettings) -> dict[str, str | None]:
    """Return *values* trimmed, with None for empty ones.

    Raises:
        SyncRefused: ``field-unknown``; ``value-malformed``; ``email-missing`` or ``email-malformed``. It names the
            field; its sentence does not: what a client wrote can be anything.
    """
    known = settings.known_values()
    unknown = sorted(values.keys() - known)
    if unknown:
        text = f"There is no such field; there are {', '.join(sorted(known))}."
        raise SyncRefused("field-unknown", text, field=_path(unknown[0]))
    clean = {name: (value or "").strip() or None for name, value in values.items()}
    for name, value in clean.items():
        if value is not None and (len(value) > LONGEST_VALUE or not value.isprintable()):
            text = f"{name} must be one line of at most {LONGEST_VALUE} printable characters."
            raise SyncRefused("value-malformed", text, field=_path(name))
    if EMAIL in clean and (problem := email.problem_of(clean[EMAIL])):
        raise email_refused(problem)
    return clean


def plan_added(recipient: RecipientId, values: Mapping[str, str | None]) -> PersonChange:
    """Plan a person made by hand; *values* are clean and hold an address."""
    there = {name: value for name, value in values.items() if value is not None}
    made = Recipient(recipient, None, there, edited=frozenset(there), origin=Origin.BY_HAND)
    return PersonChange(ChangeKind.ADDED, None, made, reason=BY_HAND)


def plan_edited(
    held: Recipient, *, values: Mapping[str, str | None], status: Status | None, rulebook: Rulebook
) -> PersonChange | None:
    """Plan an edit of clean *values* and of the *status*; None where all of it is so already.

    What is set or emptied here is marked: a sync neither fills nor replaces it while the field's Overwrite is off.

    Raises:
        SyncRefused: ``follows-entra``: a value, or the status, is Entra's to say; its sentence names which.
    """
    differing = {name: value for name, value in values.items() if held.values.get(name) != value}
    for name in sorted(differing):
        if follows_entra(held, name, rulebook.settings):
            raise SyncRefused(
                FOLLOWS_ENTRA,
                f"{name} follows Entra ID and cannot be edited here. Change it there, or switch "
                "Overwrite off for its field.",
                field=_path(name),
            )
    after = held if status is None else _with_status_by_hand(held, status, rulebook.options)
    after = replace(after, values=_with(held.values, differing), edited=held.edited | differing.keys())
    #  Where the cards lag behind in other values, they go on doing so.
    shown = _cards_showing(_with(held.card_content, differing), after, showed=held.card_content)
    return change_to(shown, before=held, kind=ChangeKind.UPDATED, reason=BY_HAND)


def plan_card_given(held: Recipient, group: GroupId, *, options: SyncOptions) -> PersonChange | None:
    """Plan a card by hand in *group*, which no sync takes; None where there is one.

    Raises:
        SyncRefused: ``follows-entra``: a sync gave the person a card there; ``too-many-groups``.
    """
    card = held.cards.get(group)
    if card is not None:
        _refuse_synced(card)
        return None
    if len(held.cards) >= MOST_CARDS:
        raise SyncRefused(TOO_MANY_GROUPS, f"A person can be in {MOST_CARDS} groups at the most.")
    given = Card(version=1, state=CardState.ACTIVE, origin=Origin.BY_HAND)
    after = replace(held, cards={**held.cards, group: given})
    return change_to(after, before=held, kind=ChangeKind.ADDED, options=options, reason=BY_HAND)


def plan_card_taken(held: Recipient, group: GroupId, *, options: SyncOptions) -> PersonChange | None:
    """Plan the end of a card that was given by hand; None where there is none.

    The leave options decide about somebody whom a sync made and whom no group holds any more.

    Raises:
        SyncRefused: ``follows-entra``: the card is a sync's, which alone takes it away.
    """
    card = held.cards.get(group)
    if card is None:
        return None
    _refuse_synced(card)
    after = replace(held, cards={kept: card for kept, card in held.cards.items() if kept != group})
    leaves = options if held.origin is Origin.SYNC else None
    return change_to(after, before=held, kind=ChangeKind.REMOVED, options=leaves, reason=BY_HAND)


def plan_cards_up(held: Recipient) -> PersonChange | None:
    """Plan to let the cards show what the person's values say; None where they do."""
    shown = _cards_showing(held.values, held, showed=held.card_content)
    return change_to(shown, before=held, kind=ChangeKind.UPDATED)


def _refuse_synced(card: Card) -> None:
    if card.origin is Origin.SYNC:
        raise SyncRefused(FOLLOWS_ENTRA, "This card follows the group's membership in Entra ID.")


def _with_status_by_hand(held: Recipient, status: Status, options: SyncOptions) -> Recipient:
    if status is Status.INACTIVE:
        return _with_status(held, Status.INACTIVE, InactiveBecause.BY_HAND)
    if held.status is Status.ACTIVE:
        return held
    if held.enabled_in_entra is False and options.when_user_disabled is OnDisabled.DEACTIVATE:
        text = "status follows Entra ID, where this user is disabled. Enable them there."
        raise SyncRefused(FOLLOWS_ENTRA, text, field="status")
    return _with_status(held, Status.ACTIVE, None)


def _with_status(held: Recipient, status: Status, because: InactiveBecause | None) -> Recipient:
    state = CardState.ACTIVE if status is Status.ACTIVE else CardState.PAUSED
    cards = {group: replace(card, state=state) for group, card in held.cards.items()}
    return replace(held, status=status, inactive_because=because, cards=cards)


def _cards_showing(content: Mapping[str, str], person: Recipient, *, showed: Mapping[str, str]) -> Recipient:
    """Return *person* with cards that show *content*; a new version of each where they *showed* something else."""
    bump = int(content != showed)
    cards = {group: replace(card, version=card.version + bump) for group, card in person.cards.items()}
    return replace(person, cards=cards, shown=None if content == person.values else content)


def _with(values: Mapping[str, str], changed: Mapping[str, str | None]) -> dict[str, str]:
    merged = {**values, **changed}
    return {name: value for name, value in merged.items() if value is not None}


def _path(name: str) -> str:
    """Return where a value stands in an edit, as it does in the journal."""
    return f"values.{name}"
