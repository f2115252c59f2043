"""Field settings as JSON, the way the API and the stored row write them.

::

    {"fields": {"jobTitle": {"sync": true, "overwrite": false}},
     "customAttributes": {"1": {"name": "costCenter", "sync": true, "overwrite": true}}}
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sync_core.domain.field_settings import (
    CUSTOM_ATTRIBUTES,
    EMAIL,
    VALUES_OF_FIELD,
    CustomField,
    FieldSettings,
    Switches,
)
from sync_core.domain.options import OptionProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FIELDS = "fields"
_CUSTOM = "customAttributes"
_SWITCHES = ("sync", "overwrite")

_CUSTOM_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

_NUMBERS = {str(number): number for number in CUSTOM_ATTRIBUTES}
_BUILT_IN = frozenset(value.lower() for values in VALUES_OF_FIELD.values() for value in values)


def settings_to_json(settings: FieldSettings) -> dict[str, Any]:
    """Write every field with its switches, those that were never set too, and the mapped custom attributes."""
    return {
        _FIELDS: {name: _switches_to_json(settings.switches_of(name)) for name in VALUES_OF_FIELD},
        _CUSTOM: {
            str(number): {"name": custom.name} | _switches_to_json(custom.switches)
            for number, custom in sorted(settings.custom.items())
        },
    }


def settings_from_json(document: Any) -> FieldSettings:
    """Read field settings; switches that are absent are on, and fields with both on are not kept.

    Raises:
        OptionProblem: for an unknown name, a value of the wrong type, a custom name that cannot be used or is
            used already, or e-mail switched off.
    """
    parts = _object(document, "")
    _refuse_unknown(parts, (_FIELDS, _CUSTOM), "")
    return FieldSettings(
        fields=_fields(_object(parts.get(_FIELDS, {}), _FIELDS)),
        custom=_custom(_object(parts.get(_CUSTOM, {}), _CUSTOM)),
    )


def _switches_to_json(switches: Switches) -> dict[str, Any]:
    return {"sync": switches.sync, "overwrite": switches.overwrite}


def _fields(parts: Mapping[str, Any]) -> dict[str, Switches]:
    _refuse_unknown(parts, VALUES_OF_FIELD, _FIELDS)
    read = {}
    for name, part in parts.items():
        place = f"{_FIELDS}.{name}"
        switches = _switches(_only(_object(part, place), _SWITCHES, place), place)
        if name == EMAIL and switches != Switches():
            raise OptionProblem(place, "the e-mail address always follows Entra; it cannot be switched off")
        read[name] = switches
    return {name: switches for name, switches in read.items() if switches != Switches()}


def _custom(parts: Mapping[str, Any]) -> dict[int, CustomField]:
    read: dict[int, CustomField] = {}
    taken = set(_BUILT_IN)
    for number, part in parts.items():
        place = f"{_CUSTOM}.{number}"
        if number not in _NUMBERS:
            raise OptionProblem(
                place, f"there are custom attributes {CUSTOM_ATTRIBUTES[0]} to {CUSTOM_ATTRIBUTES[-1]}"
            )
        custom = _custom_field(_only(_object(part, place), ("name", *_SWITCHES), place), place)
        if custom.name.lower() in taken:
            raise OptionProblem(f"{place}.name", f"{custom.name} is the name of another field, whatever the case")
        taken.add(custom.name.lower())
        read[_NUMBERS[number]] = custom
    return read


def _custom_field(part: Mapping[str, Any], place: str) -> CustomField:
    name = part.get("name")
    if not isinstance(name, str) or _CUSTOM_NAME.fullmatch(name) is None:
        raise OptionProblem(f"{place}.name", "must be a letter and then up to 39 letters, digits or underscores")
    return CustomField(name, _switches(part, place))


def _switches(part: Mapping[str, Any], place: str) -> Switches:
    for name in _SWITCHES:
        if not isinstance(part.get(name, True), bool):
            raise OptionProblem(f"{place}.{name}", "must be true or false")
    return Switches(**{name: part[name] for name in _SWITCHES if name in part})


def _only(part: Mapping[str, Any], known: Iterable[str], place: str) -> Mapping[str, Any]:
    _refuse_unknown(part, known, place)
    return part


def _refuse_unknown(part: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    unknown = sorted(set(part) - set(known))
    if unknown:
        raise OptionProblem(f"{place}.{unknown[0]}".lstrip("."), f"is unknown; there are {', '.join(known)}")


def _object(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise OptionProblem(place or "the field settings", "must be an object")
    return value
