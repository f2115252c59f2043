"""An order: the queue message that asks for one run, as JSON.

Top-level names keep clear of the queue's own metadata (``id``, ``dequeueCount``, ...): the Functions host lets a
body overwrite those (Azure/azure-functions-host, Utility.ApplyBindingData).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sync_core.domain.errors import BadOrder
from sync_core.domain.ids import GroupId, RunId, WorkspaceId, is_id
from sync_core.domain.runs import Mode, Run, RunState, Trigger, is_run_id, night_run_id

VERSION = 1

#  W3C Trace Context, "traceparent Header", version 00.
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)

_ABOUT_ANOTHER = frozenset({Mode.DECISION, Mode.UNDO})


@dataclass(frozen=True, slots=True)
class SyncOrder:
    """Sync this group once. *night* and *covers* belong to a night's order, *run* to one that was asked for by hand.

    *not_after*: past this time the run is failed instead of started. *redrive*: reopen a failed run. *about*: the
    run whose held removals were decided, or that is undone. *generation*: of the link that it was asked for; None
    where any will do. *traceparent*: the trace (W3C) that its deliveries belong to, None where nobody listened when
    it was sent; it says nothing about the run.
    """

    workspace: WorkspaceId
    group: GroupId
    not_after: datetime
    night: date | None = None
    covers: tuple[date, ...] = ()
    run: RunId | None = None
    redrive: bool = False
    mode: Mode = Mode.SYNC
    about: RunId | None = None
    generation: int | None = None
    traceparent: str | None = None

    @property
    def trigger(self) -> Trigger:
        return Trigger.NIGHT if self.run is None else Trigger.MANUAL

    @property
    def due_night(self) -> date:
        """The night of a night's order.

        Raises:
            ValueError: the order was asked for by hand.
        """
        if self.night is None:
            raise ValueError("an order that was asked for by hand belongs to no night")
        return self.night

    def new_run(self, *, generation: int) -> Run:
        """Return the record that the order's run begins with; *generation* is that of the group's link."""
        run = night_run_id(self.due_night, generation=generation) if self.run is None else self.run
        return Run(
            id=run,
            trigger=self.trigger,
            state=RunState.QUEUED,
            night=self.night,
            mode=self.mode,
            about=self.about,
            generation=self.generation or generation,
        )


def encode(order: SyncOrder) -> str:
    document: dict[str, Any] = {
        "version": VERSION,
        "order": "sync",
        "workspace": order.workspace,
        "group": order.group,
        "notAfter": order.not_after.isoformat(),
    }
    if order.night is not None:
        document |= {"night": order.night.isoformat(), "covers": [night.isoformat() for night in order.covers]}
    if order.run is not None:
        document["run"] = order.run
    if order.redrive:
        document["redrive"] = True
    if order.mode is not Mode.SYNC:
        document["mode"] = order.mode.value
    if order.about is not None:
        document["about"] = order.about
    if order.generation is not None:
        document["generation"] = order.generation
    if order.traceparent is not None:
        document["traceparent"] = order.traceparent
    return json.dumps(document)


def decode(text: str) -> SyncOrder:
    """Read an order.

    Raises:
        BadOrder: with what is wrong and where; the text itself is not repeated.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise BadOrder("the message is not JSON") from exc
    if not isinstance(document, dict) or document.get("order") != "sync" or document.get("version") != VERSION:
        raise BadOrder(f"the message is no sync order of version {VERSION}")
    try:
        return _order(document)
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise BadOrder(f"the order is incomplete or malformed: {type(exc).__name__}") from exc


def _order(document: dict[str, Any]) -> SyncOrder:
    workspace, group = document["workspace"], document["group"]
    run, night = document.get("run"), document.get("night")
    not_after = datetime.fromisoformat(document["notAfter"])
    if not is_id(workspace) or not is_id(group):
        raise BadOrder("the order's workspace or group is no id")
    if (run is None) == (night is None) or (run is not None and not is_run_id(run)):
        raise BadOrder("the order names neither a night nor a run")
    if not_after.tzinfo is None:
        raise BadOrder("the order's notAfter has no time zone")
    mode, about = Mode(document.get("mode", Mode.SYNC)), document.get("about")
    if (about is None) == (mode in _ABOUT_ANOTHER) or (about is not None and not is_run_id(about)):
        raise BadOrder("the order does not say which run it is about")
    if night is not None and mode is not Mode.SYNC:
        raise BadOrder("a night's order can only be a sync")
    generation = document.get("generation")
    if generation is not None and type(generation) is not int:
        raise BadOrder("the order's generation is no whole number")
    return SyncOrder(
        workspace=WorkspaceId(workspace),
        group=GroupId(group),
        not_after=not_after,
        night=None if night is None else date.fromisoformat(night),
        covers=tuple(date.fromisoformat(covered) for covered in document.get("covers", ())),
        run=None if run is None else RunId(run),
        redrive=document.get("redrive") is True,
        mode=mode,
        about=None if about is None else RunId(about),
        generation=generation,
        traceparent=_traceparent(document.get("traceparent")),
    )


def _traceparent(given: Any) -> str | None:
    """Return the trace that is named, None where it is none: a run does not depend on being watched."""
    return given if isinstance(given, str) and _TRACEPARENT.fullmatch(given) else None
