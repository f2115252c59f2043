"""The keys that sign our callers' tokens, kept for a day and fetched anew when an unknown one is named."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sync_core.adapters.sign_in.key_set import NoKeySet, fetch_key_set
from sync_core.domain.errors import TryAgainLater

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sync_core.ports import Clock
    from sync_core.telemetry import EventLog

#  learn.microsoft.com, "Access tokens in the Microsoft identity platform": look for new keys once a day.
_FRESH = timedelta(hours=24)
#  Anybody can name a key that does not exist; only so often does that make us ask.
_BETWEEN_FETCHES = timedelta(minutes=5)
_WITHOUT_ANY = timedelta(seconds=10)


class PublishedKeys:
    """The keys that *authority* publishes.

    *patience*: seconds that one fetch may take. Requests wait for it, so it is short.
    """

    def __init__(
        self, authority: str, *, clock: Clock, log: EventLog, ca_file: str | None = None, patience: float = 5.0
    ) -> None:
        self._authority = authority
        self._clock = clock
        self._log = log
        self._ca_file = ca_file
        self._patience = patience
        self._keys: Mapping[str, Mapping[str, Any]] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None
        self._turn = asyncio.Lock()

    async def key(self, kid: str) -> Mapping[str, Any] | None:
        if self._wants_fetch(kid):
            async with self._turn:
                #  Whoever waited for another's fetch finds what it brought.
                if self._wants_fetch(kid):
                    await self._fetch()
        if not self._keys:
            raise TryAgainLater("the signing keys cannot be had", after=_WITHOUT_ANY)
        return self._keys.get(kid)

    def _wants_fetch(self, kid: str) -> bool:
        needed = kid not in self._keys or not self._within(_FRESH, self._fetched_at)
        return needed and not self._within(_BETWEEN_FETCHES if self._keys else _WITHOUT_ANY, self._asked_at)

    def _within(self, span: timedelta, since: datetime | None) -> bool:
        #  A clock that was set back proves nothing.
        return since is not None and timedelta(0) <= self._clock.now() - since < span

    async def _fetch(self) -> None:
        try:
            keys = await fetch_key_set(self._authority, seconds=self._patience, ca_file=self._ca_file)
        except NoKeySet as exc:
            self._log.warning("signing_keys_not_fetched", reason=str(exc), kept=len(self._keys))
        else:
            self._keys, self._fetched_at = keys, self._clock.now()
            self._log.info("signing_keys_fetched", keys=len(keys))
        #  Not where the fetch was cancelled: the next in turn tries.
        self._asked_at = self._clock.now()
