"""Decide, for one person, what must change; change nothing.

The rules, all level-based: what Entra says now and what we hold decide, never which event was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sync_core.domain.directory import (
    REMEMBERED_RUNS,
    Card,
    CardState,
    InactiveBecause,
    Origin,
    Recipient,
    Status,
)
from sync_core.domain.email import problem_of
from sync_core.domain.field_settings import EMAIL
from sync_core.domain.options import OnDisabled, OnLeave, OnLeaveLast

if TYPE_CHECKING:
    from datetime import datetime

    from sync_core.domain.entra import EntraUser
    from sync_core.domain.field_settings import FieldSettings
    from sync_core.domain.ids import GroupId, RecipientId
    from sync_core.domain.options import SyncOptions


#  A person's cards share one property of their row, which holds 32,000 characters (Table Storage data model).
MOST_CARDS = 250

TOO_MANY_GROUPS = "too-many-groups"


class ChangeKind(StrEnum):
    """What a run did with one person in its group."""

    ADDED = "added"
    UPDATED = "updated"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a run decides by, fixed when it starts. *read_at*: when its read of Entra began, aware UTC."""

    group: GroupId
    options: SyncOptions
    settings: FieldSettings
    read_at: datetime


@dataclass(frozen=True, slots=True)
class PersonChange:
    """One person's change: the whole recipient *before* (None: a new one) and *after*, and why."""

    kind: ChangeKind
    before: Recipient | None
    after: Recipient
    reason: str = ""

    @property
    def deactivates(self) -> bool:
        """Whether an active person becomes inactive or is deleted, without leaving this group by it."""
        return (
            self.before is not None and self.before.status is Status.ACTIVE and self.after.status is Status.INACTIVE
        )


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """What to do for one person: a change or nothing, and a warning where a part could not be done.

    *outdated*: a later read has already decided about this person's values, so ours were dropped.
    """

    change: PersonChange | None
    warning: str = ""
    outdated: bool = False


def plan_seen(
    user: EntraUser, held: Recipient | None, *, recipient: RecipientId, rules: Rules, email_problem: str = ""
) -> PersonPlan:
    """Plan for a user whom this run saw in the group.

    *held* is the recipient as stored, None where there is none; *email_problem* why the address cannot be theirs.
    """
    warning = email_problem or problem_of(user.values.get(EMAIL))
    if held is None or held.deleted:
        if warning:
            return PersonPlan(None, warning)
        blank = Recipient(id=recipient, entra_id=user.id, values={}) if held is None else _revived(held, user)
        return PersonPlan(PersonChange(ChangeKind.ADDED, held, _imported(blank, user, rules)))
    if rules.group not in held.cards and len(held.cards) >= MOST_CARDS:
        return PersonPlan(None, TOO_MANY_GROUPS)
    outdated = held.read_at is not None and held.read_at > rules.read_at
    known = held if outdated else _with_entra_values(held, user, rules, keep_email=bool(warning))
    after = _with_status(_with_card(known, rules), rules.options)
    kind = ChangeKind.UPDATED if rules.group in held.cards else ChangeKind.ADDED
    return PersonPlan(_change(kind, held, after), "" if outdated else warning, outdated)


def plan_known(user: EntraUser, held: Recipient, *, rules: Rules, email_problem: str = "") -> PersonPlan:
    """Plan for a person with cards who was looked at alone: values and status, never a membership."""
    if held.read_at is not None and held.read_at > rules.read_at:
        return PersonPlan(None, outdated=True)
    warning = email_problem or problem_of(user.values.get(EMAIL))
    after = _with_status(_with_entra_values(held, user, rules, keep_email=bool(warning)), rules.options)
    return PersonPlan(_change(ChangeKind.UPDATED, held, after), warning)


def plan_left(held: Recipient | None, *, rules: Rules, reason: str) -> PersonPlan:
    """Plan for a member whom a complete read did not see, or whom the options leave out."""
    if held is None or rules.options.when_user_leaves_group is OnLeave.KEEP:
        return PersonPlan(None)
    card = held.cards.get(rules.group)
    if card is None or card.origin is Origin.BY_HAND:
        return PersonPlan(None)
    if card.read_at is not None and card.read_at > rules.read_at:
        return PersonPlan(None, outdated=True)
    cards = {group: kept for group, kept in held.cards.items() if group != rules.group}
    after = _with_status(replace(held, cards=cards), rules.options)
    return PersonPlan(_change(ChangeKind.REMOVED, held, after, reason))


def change_to(
    after: Recipient, *, before: Recipient, kind: ChangeKind, options: SyncOptions | None = None, reason: str = ""
) -> PersonChange | None:
    """Return the change from *before* to *after*, None where nobody could see a difference.

    With *options*, status and cards first follow from what *after* says of the person over all groups.
    """
    return _change(kind, before, after if options is None else _with_status(after, options), reason)


def without_deactivation(change: PersonChange) -> PersonChange | None:
    """Return *change* with the person left active, or None where nothing else remains: the guard holds the rest."""
    if change.before is None or not change.deactivates:
        return change
    after = replace(
        change.after,
        status=change.before.status,
        inactive_because=change.before.inactive_because,
        enabled_in_entra=change.before.enabled_in_entra,
    )
    return _change(change.kind, change.before, _with_card_states(after), change.reason)


def marked(recipient: Recipient, mark: str) -> Recipient:
    """Return *recipient* as the change named *mark* leaves it: the mark is what proves that it was stored."""
    return replace(recipient, revision=recipient.revision + 1, runs=(*recipient.runs, mark)[-REMEMBERED_RUNS:])


def differences(before: Recipient | None, after: Recipient) -> dict[str, list[Any]]:
    """Return what a change alters: path -> [old, new], with None for what is not there."""
    old, new = ({} if before is None else _flat(before)), _flat(after)
    return {path: [old.get(path), new.get(path)] for path in sorted(old | new) if old.get(path) != new.get(path)}


def _revived(tombstone: Recipient, user: EntraUser) -> Recipient:
    """Return an empty recipient in place of one that was deleted; what it went through stays known."""
    return Recipient(tombstone.id, user.id, {}, revision=tombstone.revision, runs=tombstone.runs)


def _imported(blank: Recipient, user: EntraUser, rules: Rules) -> Recipient:
    return _with_status(_with_card(_with_entra_values(blank, user, rules, keep_email=False), rules), rules.options)


def _with_entra_values(held: Recipient, user: EntraUser, rules: Rules, *, keep_email: bool) -> Recipient:
    values, edited = dict(held.values), set(held.edited)
    for source, name, overwrite in rules.settings.synced_values():
        if name == EMAIL and keep_email:
            continue
        said = user.values.get(source)
        if overwrite or (name not in values and name not in held.edited):
            values.pop(name, None)
            if said is not None:
                values[name] = said
        if overwrite:
            edited.discard(name)
    enabled = held.enabled_in_entra if user.enabled is None else user.enabled
    known = replace(
        held,
        entra_id=user.id,
        values=values,
        edited=frozenset(edited),
        enabled_in_entra=enabled,
        read_at=rules.read_at,
    )
    return _with_cards_shown(held, known, rules.options)


def _with_cards_shown(held: Recipient, known: Recipient, options: SyncOptions) -> Recipient:
    """Bring the cards up to the person's values, or remember what they go on showing."""
    if held.card_content == known.values:
        return replace(known, shown=None)
    if not options.update_cards and held.cards:
        return replace(known, shown=held.card_content)
    cards = {group: replace(card, version=card.version + 1) for group, card in known.cards.items()}
    return replace(known, shown=None, cards=cards)


def _with_card(held: Recipient, rules: Rules) -> Recipient:
    card = held.cards.get(rules.group)
    if card is None:
        card = Card(version=1, state=CardState.ACTIVE)
    if card.read_at is None or card.read_at < rules.read_at:
        card = replace(card, read_at=rules.read_at)
    return replace(held, cards={**held.cards, rules.group: card})


def _with_status(held: Recipient, options: SyncOptions) -> Recipient:
    """Derive status and card states from what is known of the person over all groups."""
    if not held.cards and held.origin is Origin.SYNC and options.when_user_leaves_last_group is OnLeaveLast.DELETE:
        return replace(held, deleted=True)
    if held.inactive_because is InactiveBecause.BY_HAND:
        status, because = Status.INACTIVE, InactiveBecause.BY_HAND
    elif held.enabled_in_entra is False and options.when_user_disabled is OnDisabled.DEACTIVATE:
        status, because = Status.INACTIVE, InactiveBecause.DISABLED
    elif held.cards:
        status, because = Status.ACTIVE, None
    else:
        return _without_groups(held, options.when_user_leaves_last_group)
    return _with_card_states(replace(held, status=status, inactive_because=because))


def _without_groups(held: Recipient, on_leave: OnLeaveLast) -> Recipient:
    if on_leave is OnLeaveLast.KEEP:
        return held
    return replace(held, status=Status.INACTIVE, inactive_because=InactiveBecause.LEFT)


def _with_card_states(held: Recipient) -> Recipient:
    state = CardState.ACTIVE if held.status is Status.ACTIVE else CardState.PAUSED
    return replace(held, cards={group: replace(card, state=state) for group, card in held.cards.items()})


def _change(kind: ChangeKind, before: Recipient, after: Recipient, reason: str = "") -> PersonChange | None:
    return PersonChange(kind, before, after, reason) if _flat(before) != _flat(after) else None


def _flat(recipient: Recipient) -> dict[str, Any]:
    """Return what people can see of a recipient, by path; when it was read is no change."""
    if recipient.deleted:
        return {"deleted": True}
    flat: dict[str, Any] = {f"values.{name}": value for name, value in recipient.values.items()}
    flat |= {f"cards.{group}": [card.version, card.state.value] for group, card in recipient.cards.items()}
    flat |= {f"shown.{name}": value for name, value in (recipient.shown or {}).items()}
    flat |= {"entraId": recipient.entra_id, "status": recipient.status.value}
    flat |= {"inactiveBecause": recipient.inactive_because and recipient.inactive_because.value}
    return flat
