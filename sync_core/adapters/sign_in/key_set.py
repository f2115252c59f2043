"""Fetch the key set of the sign-in service: one request, limited in time and size; the answer is a stranger's."""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping

#  learn.microsoft.com, "Access tokens in the Microsoft identity platform": the key set of all tenants.
_PATH = "/common/discovery/v2.0/keys"
_OK = 200
_LARGEST_ANSWER = 1024 * 1024


class NoKeySet(Exception):
    """The service gave no usable key set."""


async def fetch_key_set(
    authority: str, *, seconds: float, ca_file: str | None = None
) -> Mapping[str, Mapping[str, Any]]:
    """Return the RSA keys for signatures that *authority* publishes, by their ids; at least one.

    *seconds*: for the whole exchange. *ca_file*: certificates to trust instead of the machine's own.

    Raises:
        NoKeySet: the service cannot be reached, is too slow, or answers anything else. It never repeats the answer.
    """
    try:
        answer = json.loads(await _body_of(authority + _PATH, seconds=seconds, ca_file=ca_file))
    except (aiohttp.ClientError, OSError, TimeoutError) as exc:
        raise NoKeySet(f"the sign-in service cannot be reached ({type(exc).__name__})") from exc
    except (ValueError, RecursionError) as exc:
        raise NoKeySet("the sign-in service's key set is no JSON") from exc
    entries = answer.get("keys") if isinstance(answer, dict) else None
    found = {entry["kid"]: entry for entry in entries if _is_usable(entry)} if isinstance(entries, list) else {}
    if not found:
        raise NoKeySet("the sign-in service's key set holds no key")
    return found


async def _body_of(address: str, *, seconds: float, ca_file: str | None) -> bytes:
    #  Once a day: a session of its own costs less than one that is kept open.
    async with (
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=seconds), trust_env=True) as session,
        session.get(
            address, allow_redirects=False, ssl=ssl.create_default_context(cafile=ca_file) if ca_file else True
        ) as response,
    ):
        if response.status != _OK:
            raise NoKeySet(f"the sign-in service answers with status {response.status}")
        body = b""
        async for part in response.content.iter_any():
            body += part
            if len(body) > _LARGEST_ANSWER:
                raise NoKeySet("the sign-in service's key set is too large")
        return body


def _is_usable(entry: Any) -> bool:
    """Tell whether it is an RSA key for signatures (RFC 7517, sections 4 and 9.3)."""
    return (
        isinstance(entry, dict)
        and entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and all(isinstance(entry.get(name), str) and entry[name] for name in ("kid", "n", "e"))
    )
