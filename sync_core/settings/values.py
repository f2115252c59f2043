"""How one setting is read: a number, an id, an address; a wrong one is named, never repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sync_core.domain.errors import SettingError
from sync_core.domain.ids import is_guid

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def whole_number(given: Mapping[str, str], name: str, default: int, *, unit: str = "seconds") -> int:
    if (text := given.get(name)) is None:
        return default
    try:
        return int(text)
    except ValueError as exc:
        raise SettingError(name, f"must be a whole number of {unit}") from exc


def list_of(given: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(part for text in given.get(name, "").split(",") if (part := text.strip()))


def guid(given: Mapping[str, str], name: str) -> str:
    if (text := given.get(name)) is None:
        raise SettingError(name, "is missing")
    if not is_guid(text):
        raise SettingError(name, "must be an id such as 00000000-0000-0000-0000-000000000000")
    return text


def address(given: Mapping[str, str], name: str, default: str | None = None, *, loopback: bool = True) -> str:
    """Return the address without a slash at its end. *loopback*: plain http will do on this machine."""
    if (text := given.get(name, default)) is None:
        raise SettingError(name, "is missing")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as exc:
        raise SettingError(name, "is no address") from exc
    if not host or parts.username is not None or parts.query or parts.fragment:
        raise SettingError(name, "must be an address such as https://host/path, without user or query")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http" and host in LOOPBACK):
        raise SettingError(name, "must begin with https://")
    return text.rstrip("/")
