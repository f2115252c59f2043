"""What callers' tokens are verified by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping


class SigningKeys(Protocol):
    """The keys that sign our callers' tokens, as the sign-in service publishes them."""

    async def key(self, kid: str) -> Mapping[str, Any] | None:
        """Return the RSA key called *kid* as JSON Web Key (RFC 7517), None where none is published.

        However many unknown ids are asked for, the service is asked only now and then.

        Raises:
            TryAgainLater: no key set can be had at all. Keys that were had once are kept.
        """
