"""Every event by name, with the fields that it carries. In the log's pipeline an event is a record of that body."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_GROUP = ("workspace", "group")
_RUN = (*_GROUP, "run")

ALWAYS = ("workspace", "group", "run")
"""What every event carries that happens within a span which knows it, whether it is listed below or not."""

FAILURE = ("failure.type", "failure.stack")
"""What an error's event carries of its exception: class and lines of code, never its text."""

HTTP_EVENT = ("request", "route", "method")
"""What the events of an HTTP request (``request_…``) carry besides."""

EVENTS: Mapping[str, tuple[str, ...]] = {
    #  The night and its timers.
    "midnight": ("past_due",),
    "night_enqueued": ("night", "covers", "orders"),
    "night_already_enqueued": ("night",),
    "night_enqueued_by_another_firing": (),
    "night_missed": ("night", "begun"),
    "watch": ("past_due",),
    "watch_failed": ("watch",),
    "timer_failed": ("timer",),
    #  Orders.
    "order_malformed": ("reason",),
    "order_put_off": (*_GROUP, "seconds", "reason"),
    "order_repeated": _RUN,
    "order_without_group": _GROUP,
    "order_failed": ("delivery",),
    "order_given_up": (*_GROUP, "reason"),
    #  Runs.
    "run_ordered": (*_RUN, "mode"),
    "run_ended": (
        *_RUN,
        "state",
        "reason",
        "mode",
        "trigger",
        "seconds",
        "read",
        "added",
        "updated",
        "removed",
        "refused",
        "held",
    ),
    "run_cancel_asked": (*_RUN, "by"),
    "run_not_let_go": (*_RUN, "reason"),
    "run_stuck": _RUN,
    "directory_differs": (*_RUN, "people"),
    "lease_lost_before_release": _GROUP,
    "hold_expired": _RUN,
    "history_left_over": _GROUP,
    #  Groups and schedules.
    "group_linked": (*_GROUP, "generation"),
    "group_missing": (*_GROUP, "since"),
    "unlink_ordered_again": _GROUP,
    "schedule_changed": (*_GROUP, "cadence", "on", "deleted"),
    "slot_lost": (*_GROUP, "slot"),
    #  Workspaces and connections.
    "workspace_changed": ("workspace", "plan", "revision"),
    "rules_saved": ("workspace",),
    "consent_asked": ("workspace", "by"),
    "consent_answered": ("workspace", "code"),
    "consent_tried": ("workspace", "code"),
    "consent_not_settled": ("workspace", "reason"),
    "consent_settled_late": ("workspace",),
    "connection_changed": ("workspace", "kind", "code"),
    "connection_ended": ("workspace", "by"),
    "connection_not_tried": ("workspace", "reason"),
    "trial_malformed": ("reason",),
    "trial_failed": ("delivery",),
    "trial_given_up": ("workspace", "reason"),
    #  People and requests.
    "people_changed": (*_RUN, "kind", "recipients"),
    "change_finished": ("workspace", "run", "stored"),
    "request_answered": ("status",),
    "request_refused": ("status", "code"),
    "request_put_off": ("reason",),
    "request_failed": (),
    "signing_keys_fetched": ("keys",),
    "signing_keys_not_fetched": ("reason", "kept"),
}
