"""What a sync of one person on demand says of each of its steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sync_core.domain.planning import differences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sync_core.domain.directory import Recipient
    from sync_core.domain.planning import PersonChange


class Scope(StrEnum):
    """What is synced.

    ``info``: values and status are pulled, the cards go on showing what they show. ``cards``: the cards are brought
    up to the values that are here; Entra is not asked. ``full``: both.
    """

    INFO = "info"
    CARDS = "cards"
    FULL = "full"


class StepName(StrEnum):
    FOUND = "found"
    IN_SCOPE = "in-scope"
    MATCHED = "matched"
    FIELDS = "fields"
    CARDS = "cards"


class StepState(StrEnum):
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Step:
    """*text*: for people. *code*: stable, where there is something to act on. *changes*: path -> [old, new]."""

    name: StepName
    state: StepState
    text: str
    code: str = ""
    changes: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonSync:
    """*person*: as stored now. *steps*: one of each name, in their order."""

    person: Recipient
    steps: tuple[Step, ...]

    @property
    def failed(self) -> bool:
        return any(step.state is StepState.FAILED for step in self.steps)


def person_sync(person: Recipient, *steps: Step) -> PersonSync:
    """Return the answer with these *steps*; the others were not reached."""
    taken = {step.name: step for step in steps}
    return PersonSync(person, tuple(taken.get(name, skipped(name, "Not reached.")) for name in StepName))


def done(name: StepName, text: str) -> Step:
    return Step(name, StepState.DONE, text)


def skipped(name: StepName, text: str, *, code: str = "") -> Step:
    return Step(name, StepState.SKIPPED, text, code)


def failed(name: StepName, text: str, *, code: str) -> Step:
    return Step(name, StepState.FAILED, text, code)


def fields_step(change: PersonChange | None) -> Step:
    changes = _changes(change, cards=False)
    if not changes:
        return skipped(StepName.FIELDS, "Values and status are as Entra ID and the field settings say.")
    return Step(StepName.FIELDS, StepState.DONE, "Values or status were changed.", changes=changes)


def cards_step(change: PersonChange | None, person: Recipient) -> Step:
    changes = _changes(change, cards=True)
    behind = person.shown is not None
    if not changes:
        return skipped(StepName.CARDS, "The cards show what they should.")
    text = "The cards go on showing what they showed." if behind else "The cards show the person's values and status."
    return Step(StepName.CARDS, StepState.DONE, text, changes=changes)


def _changes(change: PersonChange | None, *, cards: bool) -> Mapping[str, Sequence[Any]]:
    if change is None:
        return {}
    changes = differences(change.before, change.after)
    return {path: both for path, both in changes.items() if path.startswith(("cards.", "shown.")) == cards}
