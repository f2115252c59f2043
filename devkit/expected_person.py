"""What a recipient's values should be, from a user as Graph writes it, and not by the product's mapping."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.field_settings import FieldSettings

_SAME_NAME = (
    "mobilePhone jobTitle department streetAddress city state postalCode country officeLocation".split()  # noqa: SIM905
)
_ADDRESS = frozenset("streetAddress city state postalCode country officeLocation".split())  # noqa: SIM905
_LONGEST_VALUE = 1024
_LONGEST_ADDRESS = 254


def address_of(user: Mapping[str, Any]) -> str | None:
    """Return the user's e-mail address, or None where there is none that can be used."""
    address = _line(user.get("mail")) or _line(user.get("userPrincipalName"))
    usable = re.fullmatch(r"[^\s@]+@[^\s@]+", address) and len(address) <= _LONGEST_ADDRESS
    return address if usable else None


def values_after(before: Mapping[str, str], user: Mapping[str, Any], settings: FieldSettings) -> dict[str, str]:
    """Return a recipient's values, e-mail left out, once *user* was applied to those of *before*."""
    after = dict(before)
    for target, (switch, said) in _said(user, settings).items():
        if switch.sync and (switch.overwrite or target not in before):
            after[target] = said
    return {name: value for name, value in after.items() if value}


def _said(user: Mapping[str, Any], settings: FieldSettings) -> dict[str, tuple[Any, str]]:
    phones = user.get("businessPhones") or [None]
    names = [_line(user.get("givenName")), _line(user.get("surname"))]
    said = {name: _line(user.get(name)) for name in _SAME_NAME}
    said["company"] = _line(user.get("companyName"))
    said["businessPhone"] = _line(phones[0])
    said["name"] = " ".join(filter(None, names)) or _line(user.get("displayName"))
    switched = {
        name: (settings.switches_of("address" if name in _ADDRESS else name), value) for name, value in said.items()
    }
    attributes = user.get("onPremisesExtensionAttributes") or {}
    custom = {
        field.name: (field.switches, _line(attributes.get(f"extensionAttribute{number}")))
        for number, field in settings.custom.items()
    }
    return switched | custom


def _line(value: Any) -> str:
    """Return *value* as one trimmed line, empty where it is no text."""
    if not isinstance(value, str):
        return ""
    text = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", value.strip())
    return re.sub("[\ud800-\udfff]", "\ufffd", text).strip()[:_LONGEST_VALUE].rstrip()
