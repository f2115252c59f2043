"""A short mark of what was applied for a person, so that an unchanged one costs nothing."""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

from sync_core.domain.options import options_to_json

if TYPE_CHECKING:
    from sync_core.domain.entra import EntraUser
    from sync_core.domain.field_settings import FieldSettings
    from sync_core.domain.options import SyncOptions

_SIZE = 12


def rules_fingerprint(options: SyncOptions, settings: FieldSettings) -> bytes:
    """Return a mark of everything that decides how Entra values are applied: another mark re-applies everyone.

    The removal guard is left out: it decides whether people go, not what the rest look like.
    """
    rules = options_to_json(options)
    del rules["removalGuard"]
    synced = sorted(settings.synced_values())
    return blake2b(json.dumps([rules, synced], sort_keys=True).encode(), digest_size=_SIZE).digest()


def fingerprint_of(user: EntraUser, rules: bytes) -> str:
    """Return the mark of *user*'s values under *rules*: mapped values in fixed order, not the raw answer."""
    mark = blake2b(rules, digest_size=_SIZE)
    mark.update(f"{user.enabled}|{user.guest}".encode())
    for name in sorted(user.values):
        mark.update(f"\x00{name}\x01{user.values[name]}".encode(errors="surrogatepass"))
    return mark.hexdigest()
