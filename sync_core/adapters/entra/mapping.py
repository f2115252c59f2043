"""Turn one raw member, as Microsoft Graph sends it, into one of our users."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sync_core.domain.entra import EntraUser
from sync_core.domain.field_settings import CUSTOM_ATTRIBUTES, EMAIL, NAME, custom_attribute

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.domain.ids import EntraUserId

USER_TYPE = "#microsoft.graph.user"

LONGEST_VALUE = 1024
"""Entra's own properties end far below; a longer value is a mistake that would only fill our rows."""

_VALUE_OF_PROPERTY = {
    "mobilePhone": "mobilePhone",
    "jobTitle": "jobTitle",
    "department": "department",
    "companyName": "company",
    "streetAddress": "streetAddress",
    "city": "city",
    "state": "state",
    "postalCode": "postalCode",
    "country": "country",
    "officeLocation": "officeLocation",
}
_EXTENSIONS = "onPremisesExtensionAttributes"
_VALUE_OF_EXTENSION = frozenset(map(custom_attribute, CUSTOM_ATTRIBUTES))

SELECT = (
    "id",
    "displayName",
    "givenName",
    "surname",
    "mail",
    "userPrincipalName",
    "userType",
    "accountEnabled",
    "businessPhones",
    *_VALUE_OF_PROPERTY,
    _EXTENSIONS,
)

#  Control characters and the two line separators; lone surrogates, which JSON can carry and UTF-8 cannot.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATES = re.compile("[\ud800-\udfff]")


def user_from(raw: Mapping[str, Any], user: EntraUserId) -> EntraUser:
    """Return the user that *raw* describes.

    A property of an unexpected type counts as absent: one odd person must not stop a group.
    """
    values: dict[str, str] = {}
    if email := text_of(raw.get("mail")) or text_of(raw.get("userPrincipalName")):
        values[EMAIL] = email
    if name := _name(raw):
        values[NAME] = name
    phones = raw.get("businessPhones")
    if isinstance(phones, list) and phones and (phone := text_of(phones[0])):
        values["businessPhone"] = phone
    for source, value in _VALUE_OF_PROPERTY.items():
        if text := text_of(raw.get(source)):
            values[value] = text
    extensions = raw.get(_EXTENSIONS)
    if isinstance(extensions, dict):
        for extension, content in extensions.items():
            if content is not None and extension in _VALUE_OF_EXTENSION and (text := text_of(content)):
                values[extension] = text
    enabled, kind = raw.get("accountEnabled"), raw.get("userType")
    return EntraUser(
        id=user,
        values=values,
        enabled=enabled if isinstance(enabled, bool) else None,
        guest=isinstance(kind, str) and kind.lower() == "guest",
    )


def is_blank(raw: Mapping[str, Any]) -> bool:
    """Tell whether nothing but the id came along: Graph's sign that a permission is missing.

    Source: learn.microsoft.com, "List group members", the note on limited information.
    """
    return not any(raw[name] not in (None, [], {}) for name in raw if name != "id" and not name.startswith("@odata."))


def short_type(odata_type: str) -> str:
    """Return ``device`` for ``#microsoft.graph.device``."""
    return odata_type.rpartition(".")[2]


def _name(raw: Mapping[str, Any]) -> str:
    given, family = text_of(raw.get("givenName")), text_of(raw.get("surname"))
    if given and family:
        return f"{given} {family}"
    return given or family or text_of(raw.get("displayName"))


def text_of(value: Any) -> str:
    """Return *value* trimmed, on one line and not too long; empty where it is no text."""
    if not isinstance(value, str):
        return ""
    text = value.strip()
    if not text.isprintable():
        text = _SURROGATES.sub("\ufffd", _CONTROLS.sub(" ", text)).strip()
    return text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE].rstrip()
