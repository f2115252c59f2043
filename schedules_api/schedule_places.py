"""Where a list of schedules goes on, as its continuation tokens say it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from schedules_api.paging import bad_token, item_behind, token_behind
from sync_core.domain.ids import GroupId, is_id
from sync_core.domain.schedule_list import ListPlace

if TYPE_CHECKING:
    from sync_core.domain.schedule_list import ScheduleQuery

_LIST = "schedules"

#  Whoever goes through a list is done by then, and no clock is wrong by more.
_LASTS = timedelta(days=1)


def token_of(place: ListPlace | None, query: ScheduleQuery) -> str | None:
    """Return the token that goes on at *place* of the list for *query*; None at its end."""
    if place is None:
        return None
    said = [*_order(query), place.value, place.group, place.as_of.isoformat()]
    return token_behind(json.dumps(said, separators=(",", ":")), of=_LIST)


def place_in(token: str | None, query: ScheduleQuery, *, now: datetime) -> ListPlace | None:
    """Return the place that *token* names; None where the list is to begin.

    Raises:
        Problem: no list in this order gave it out, within a day.
    """
    text = item_behind(token, of=_LIST)
    if text is None:
        return None
    place = _place(text, query)
    if place is None or abs(now - place.as_of) > _LASTS:
        raise bad_token()
    return place


def _place(text: str, query: ScheduleQuery) -> ListPlace | None:
    try:
        *order, value, group, as_of = json.loads(text)
        place = ListPlace(value, GroupId(group), datetime.fromisoformat(as_of))
    except (ValueError, TypeError, RecursionError):
        return None
    is_sound = order == _order(query) and isinstance(value, str | None) and isinstance(group, str) and is_id(group)
    return place if is_sound and place.as_of.tzinfo is not None else None


def _order(query: ScheduleQuery) -> list[Any]:
    return [query.sort.value, query.descending]
