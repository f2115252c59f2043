"""Whether a person is there, was, or never was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.domain.errors import SyncRefused

if TYPE_CHECKING:
    from sync_core.domain.directory import Recipient


def known(held: Recipient | None) -> Recipient:
    """Return the person as stored, a tombstone where they were deleted.

    Raises:
        SyncRefused: ``recipient-not-found``.
    """
    if held is None:
        raise SyncRefused("recipient-not-found", "There is no such person in the workspace.")
    return held


def present(held: Recipient | None) -> Recipient:
    """Return the person as stored.

    Raises:
        SyncRefused: ``recipient-not-found``; ``recipient-deleted``: there was one.
    """
    person = known(held)
    if person.deleted:
        raise SyncRefused("recipient-deleted", "This person was deleted; the timeline tells when and why.")
    return person
