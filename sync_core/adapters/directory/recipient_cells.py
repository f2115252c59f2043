"""A recipient as one row, so that every change of a person is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sync_core.adapters.cells import (
    flag_in,
    json_cell,
    json_in,
    moment_of,
    number_in,
    searchable_cell,
    text_in,
    time_cell,
    time_in,
)
from sync_core.domain.directory import Card, CardState, InactiveBecause, Origin, Recipient, Status
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.ids import EntraUserId, GroupId, RecipientId
from sync_core.domain.outlines import Outline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.ports import Cell, StoredRow

OUTLINE_CELLS = (
    "entraId",
    "email",
    "name",
    "status",
    "inactiveBecause",
    "origin",
    "revision",
    "cardCount",
    "deleted",
)
"""What a list of people reads of each row."""

CARDS_UNITS = 32_000
"""The longest text that the cards of one person may take, in UTF-16 units; a property holds 32,768."""


def recipient_cells(recipient: Recipient) -> dict[str, Cell]:
    """Return every cell of the row, so that merging it leaves nothing of what was there before.

    Of a deleted recipient nothing is kept but its revision and the marks of its runs.

    Raises:
        ValueError: the recipient has more cards than a row can hold.
    """
    kept = _tombstone_of(recipient) if recipient.deleted else recipient
    because = kept.inactive_because
    return {
        "entraId": kept.entra_id or "",
        "email": searchable_cell(kept.values.get(EMAIL, "")),
        "name": searchable_cell(kept.values.get(NAME, "")),
        "status": kept.status.value,
        "inactiveBecause": "" if because is None else because.value,
        "enabledInEntra": json_cell(kept.enabled_in_entra),
        "values": json_cell(dict(kept.values)),
        "cards": _cards_cell(kept),
        "cardCount": len(kept.cards),
        "shown": json_cell(None if kept.shown is None else dict(kept.shown)),
        "edited": json_cell(sorted(kept.edited)),
        "origin": kept.origin.value,
        "readAt": time_cell(kept.read_at),
        "fingerprint": kept.fingerprint,
        "revision": kept.revision,
        "runs": json_cell(kept.runs),
        "deleted": kept.deleted,
    }


def recipient_in(row: StoredRow) -> Recipient:
    cells = row.cells
    entra_id, because = text_in(cells, "entraId"), text_in(cells, "inactiveBecause")
    return Recipient(
        id=RecipientId(row.key),
        entra_id=EntraUserId(entra_id) if entra_id else None,
        values=json_in(cells, "values"),
        status=Status(text_in(cells, "status")),
        inactive_because=InactiveBecause(because) if because else None,
        enabled_in_entra=json_in(cells, "enabledInEntra"),
        cards={GroupId(group): _card_from_json(card) for group, card in json_in(cells, "cards").items()},
        shown=json_in(cells, "shown"),
        edited=frozenset(json_in(cells, "edited")),
        origin=Origin(text_in(cells, "origin")),
        read_at=time_in(cells, "readAt"),
        fingerprint=text_in(cells, "fingerprint"),
        revision=number_in(cells, "revision"),
        runs=tuple(json_in(cells, "runs")),
        deleted=flag_in(cells, "deleted"),
    )


def outline_in(row: StoredRow) -> Outline:
    """Return the outline of a row of which at least `OUTLINE_CELLS` were read."""
    cells = row.cells
    entra_id, because = text_in(cells, "entraId"), text_in(cells, "inactiveBecause")
    return Outline(
        id=RecipientId(row.key),
        name=text_in(cells, "name"),
        email=text_in(cells, "email"),
        status=Status(text_in(cells, "status")),
        inactive_because=InactiveBecause(because) if because else None,
        origin=Origin(text_in(cells, "origin")),
        entra_id=EntraUserId(entra_id) if entra_id else None,
        revision=number_in(cells, "revision"),
        cards=number_in(cells, "cardCount"),
        deleted=flag_in(cells, "deleted"),
    )


def _tombstone_of(recipient: Recipient) -> Recipient:
    return Recipient(recipient.id, None, {}, revision=recipient.revision, runs=recipient.runs, deleted=True)


def _cards_cell(recipient: Recipient) -> str:
    text = json_cell({group: _card_to_json(card) for group, card in recipient.cards.items()})
    if len(text) > CARDS_UNITS:
        raise ValueError(
            f"a recipient holds at most some 300 cards; {recipient.id} would have {len(recipient.cards)}"
        )
    return text


def _card_to_json(card: Card) -> dict[str, Any]:
    """Write only what is not as usual: the more cards a person has, the more it matters."""
    document: dict[str, Any] = {"version": card.version}
    if card.read_at is not None:
        document["readAt"] = time_cell(card.read_at)
    if card.state is not CardState.ACTIVE:
        document["state"] = card.state.value
    if card.origin is not Origin.SYNC:
        document["origin"] = card.origin.value
    return document


def _card_from_json(document: Mapping[str, Any]) -> Card:
    return Card(
        version=document["version"],
        state=CardState(document.get("state", CardState.ACTIVE)),
        read_at=moment_of(document.get("readAt", "")),
        origin=Origin(document.get("origin", Origin.SYNC)),
    )
