"""A workspace's sync options, with their defaults, and how they are read from JSON."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class OnLeave(StrEnum):
    KEEP = "keep"
    REMOVE_FROM_GROUP = "removeFromGroup"


class OnLeaveLast(StrEnum):
    KEEP = "keep"
    DEACTIVATE = "deactivate"
    DELETE = "delete"


class OnDisabled(StrEnum):
    DEACTIVATE = "deactivate"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class RemovalGuard:
    """How many removals and deactivations a run may make without asking.

    More than *percent* of the members and at least *minimum* people, or more than *maximum*, or everybody, is held.
    """

    enabled: bool = True
    percent: int = 20
    minimum: int = 5
    maximum: int = 500


@dataclass(frozen=True, slots=True)
class SyncOptions:
    import_new_users: bool = True
    include_guests: bool = False
    include_nested_groups: bool = False
    when_user_leaves_group: OnLeave = OnLeave.REMOVE_FROM_GROUP
    when_user_leaves_last_group: OnLeaveLast = OnLeaveLast.DEACTIVATE
    when_user_disabled: OnDisabled = OnDisabled.DEACTIVATE
    update_group_details: bool = True
    update_cards: bool = True
    removal_guard: RemovalGuard = field(default_factory=RemovalGuard)


class OptionProblem(ValueError):
    """An option that cannot be used: *place* is its path, the text says what is wrong."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


_CHOICES: dict[str, type[StrEnum]] = {
    "when_user_leaves_group": OnLeave,
    "when_user_leaves_last_group": OnLeaveLast,
    "when_user_disabled": OnDisabled,
}


def camel(name: str) -> str:
    """Return the JSON name of a snake_case *name*."""
    head, *tail = name.split("_")
    return head + "".join(part.capitalize() for part in tail)


_BY_JSON_NAME = {camel(f.name): f.name for f in fields(SyncOptions)}

LARGEST_OF_GUARD: Mapping[str, int] = MappingProxyType({"percent": 100, "minimum": 1_000_000, "maximum": 1_000_000})
"""The numbers of the removal guard, and how large each can be."""


def options_from_json(document: Mapping[str, Any]) -> SyncOptions:
    """Read options as the API writes them (camelCase); what is absent has its default.

    Raises:
        OptionProblem: for an unknown name or a value of the wrong type.
    """
    unknown = sorted(set(document) - set(_BY_JSON_NAME))
    if unknown:
        raise OptionProblem(unknown[0], f"is not a sync option; there are {', '.join(_BY_JSON_NAME)}")
    return SyncOptions(**{_BY_JSON_NAME[name]: _option(name, value) for name, value in document.items()})


def options_to_json(options: SyncOptions) -> dict[str, Any]:
    document: dict[str, Any] = {
        name: getattr(options, attribute) for name, attribute in _BY_JSON_NAME.items() if name != "removalGuard"
    }
    guard = options.removal_guard
    return document | {
        "removalGuard": {"enabled": guard.enabled} | {name: getattr(guard, name) for name in LARGEST_OF_GUARD}
    }


def _option(name: str, value: Any) -> Any:
    if name == "removalGuard":
        return _guard(value)
    choices = _CHOICES.get(_BY_JSON_NAME[name])
    if choices is not None:
        if value not in list(choices):
            raise OptionProblem(name, f"must be one of {', '.join(choices)}")
        return choices(value)
    if not isinstance(value, bool):
        raise OptionProblem(name, "must be true or false")
    return value


def _guard(value: Any) -> RemovalGuard:
    """Read the guard: an object, or just true or false to switch the default one on or off."""
    if isinstance(value, bool):
        return RemovalGuard(enabled=value)
    if not isinstance(value, dict):
        raise OptionProblem("removalGuard", "must be true, false or an object")
    for name, part in value.items():
        if name == "enabled":
            if not isinstance(part, bool):
                raise OptionProblem("removalGuard.enabled", "must be true or false")
        elif name not in LARGEST_OF_GUARD:
            raise OptionProblem(
                f"removalGuard.{name}", f"is unknown; there are enabled, {', '.join(LARGEST_OF_GUARD)}"
            )
        elif isinstance(part, bool) or not isinstance(part, int) or not 0 <= part <= LARGEST_OF_GUARD[name]:
            raise OptionProblem(
                f"removalGuard.{name}", f"must be a whole number from 0 to {LARGEST_OF_GUARD[name]:,}"
            )
    return RemovalGuard(**value)
