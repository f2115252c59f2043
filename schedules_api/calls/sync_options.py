"""The calls about field settings and sync options."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import blake2b
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from schedules_api.operations import Access, JsonBody, Link, Operation, Reply, Route
from schedules_api.paging import bad_token, item_behind, token_behind
from schedules_api.preconditions import conditions_in
from schedules_api.problems import Problem, invalid, refused
from schedules_api.requests import shown
from schedules_api.shapes.base import PageQuery
from schedules_api.shapes.sync_options import SYNC_OPTIONS, SyncOptionsAnswer, sync_options_answer
from schedules_api.shapes.sync_options_effect import EFFECT, LONGEST, EffectAnswer, effect_answer
from sync_core.domain.errors import SyncRefused
from sync_core.domain.ids import GroupId, is_id
from sync_core.domain.options import OptionProblem
from sync_core.flows.save_rules import save_rules
from sync_core.flows.show_effect import show_effect

if TYPE_CHECKING:
    from schedules_api.operations import Call
    from schedules_api.shapes.base import NoQuery
    from schedules_api.shapes.sync_options import SyncOptionsBody
    from schedules_api.shapes.sync_options_effect import EffectBody
    from sync_core.domain.workspaces import Rulebook
    from sync_core.ports import Stored

_LIST = "effect"
_CHANGED = "options-changed"


async def show(call: Call[NoQuery, None]) -> Reply:
    return _shown((await call.services.workspaces.rulebook(call.workspace)).value)


async def put(call: Call[NoQuery, SyncOptionsBody]) -> Reply:
    rules, read = _rules(call.body), await _read(call)
    try:
        return _shown(await save_rules(call.services, call.workspace, rules, read=read))
    except SyncRefused as exc:
        if exc.code != _CHANGED:
            raise
        now = (await call.services.workspaces.rulebook(call.workspace)).value
        raise refused(exc, headers=_etag_header(now)) from exc


async def show_what_changes(call: Call[PageQuery, EffectBody]) -> Reply:
    after = item_behind(call.query.continuation_token, of=_LIST)
    if after is not None and not is_id(after):
        raise bad_token()
    effect = await show_effect(
        call.services,
        call.workspace,
        _rules(call.body),
        groups=call.body.groups,
        after=None if after is None else GroupId(after),
        limit=call.query.limit,
        within=call.body.within,
    )
    last = None if effect.complete else effect.groups[-1].group
    return Reply(effect_answer(effect, token_behind(last, of=_LIST)))


async def _read(call: Call[NoQuery, SyncOptionsBody]) -> Stored[Rulebook] | None:
    """Return what the request may replace, None where it sets no conditions.

    Raises:
        Problem: ``options-changed`` with the current ETag.
    """
    conditions = conditions_in(call.request.headers)
    if not conditions.are_set:
        return None
    found = await call.services.workspaces.rulebook(call.workspace)
    if not conditions.hold_for(_etag_of(found.value), is_default=found.value.confirmed_at is None):
        text = "The sync options are others than the request expects; nothing was changed."
        raise Problem(_CHANGED, text, headers=_etag_header(found.value))
    return found


def _rules(body: SyncOptionsBody) -> Rulebook:
    try:
        return body.rules
    except OptionProblem as exc:
        raise invalid(shown(exc.place), exc.problem) from exc


def _shown(rules: Rulebook) -> Reply:
    return Reply(sync_options_answer(rules), headers=_etag_header(rules))


def _etag_header(rules: Rulebook) -> dict[str, str]:
    return {"ETag": _etag_of(rules)}


def _etag_of(rules: Rulebook) -> str:
    """Return what stands for exactly this document, the one of the defaults too."""
    document = json.dumps(sync_options_answer(rules).model_dump(mode="json"), sort_keys=True)
    return f'"{blake2b(document.encode(), digest_size=12).hexdigest()}"'


_DOCUMENT = {
    "fields": {"jobTitle": {"sync": True, "overwrite": False}, "mobilePhone": {"sync": False, "overwrite": False}},
    "customAttributes": {"1": {"name": "costCenter", "sync": True, "overwrite": True}},
    "options": {"includeGuests": True, "whenUserLeavesLastGroup": "deactivate"},
}
_DEFAULTS: dict[str, Any] = {"fields": {}, "customAttributes": {}, "options": {}}
_EXAMPLES = {"the defaults": _DEFAULTS, "keep what people edited here": _DOCUMENT}

ROUTES: tuple[Route, ...] = (
    Route(
        "sync-options",
        "api/workspaces/{workspaceId}/sync-options",
        {
            "GET": Operation(
                run=show,
                id="getSyncOptions",
                summary="Show the field settings and sync options.",
                access=Access.READ,
                answers={HTTPStatus.OK: SyncOptionsAnswer},
            ),
            "PUT": Operation(
                run=put,
                id="putSyncOptions",
                summary="Save the field settings and sync options, and confirm them.",
                description=(
                    "The next run that starts syncs by them. An equal document is left as it is and keeps its ETag. "
                    "Without `If-Match` the last one to save wins; `If-None-Match: *` saves only the first time."
                ),
                access=Access.MANAGE,
                body=JsonBody(SYNC_OPTIONS, examples=_EXAMPLES),
                conditions=True,
                answers={HTTPStatus.OK: SyncOptionsAnswer},
                problems=frozenset({_CHANGED}),
                links=(Link("getSyncOptions"),),
            ),
        },
    ),
    Route(
        "sync-options-effect",
        "api/workspaces/{workspaceId}/sync-options/effect",
        {
            "POST": Operation(
                run=show_what_changes,
                id="showSyncOptionsEffect",
                summary="Tell what saving would change, per group; nothing is saved.",
                description=(
                    "Reads Entra ID and computes the next sync of each group with the document and with the present "
                    "options. The answer has the groups that are ready in time; while it is not complete, ask on "
                    "with its continuationToken. A first group that is not ready in time is told as `out-of-time`."
                ),
                access=Access.READ,
                patience=LONGEST + timedelta(seconds=20),
                query=PageQuery,
                body=JsonBody(
                    EFFECT, examples={"all groups": _DOCUMENT, "one": {**_DEFAULTS, "groupIds": ["sales"]}}
                ),
                answers={HTTPStatus.OK: EffectAnswer},
                problems=frozenset({"plan-required", "not-connected", "connection-failed"}),
            ),
        },
    ),
)
