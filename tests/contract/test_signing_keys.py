"""What every `SigningKeys` promises: the same suite on the memory ones and on the real ones over HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.sign_in.signing_keys import PublishedKeys
from sync_core.domain.errors import TryAgainLater
from sync_core.telemetry import event_log
from tests.fakes.clock import FakeClock
from tests.fakes.key_server import KeyServer, key_server
from tests.fakes.tokens import MemoryKeys, Signer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sync_core.ports import SigningKeys

JWK = Signer().jwk


class SigningKeysContract(ABC):
    """The cases; a subclass brings keys that hold `JWK`, and keys that cannot be had."""

    @pytest.fixture
    @abstractmethod
    def keys(self) -> SigningKeys: ...

    @pytest.fixture
    @abstractmethod
    def lost_keys(self) -> SigningKeys: ...

    async def test_a_published_key_is_found_by_its_id(self, keys: SigningKeys) -> None:
        assert await keys.key(JWK["kid"]) == JWK

    async def test_what_is_not_published_is_not_found(self, keys: SigningKeys) -> None:
        assert await keys.key("another") is None

    async def test_without_a_key_set_one_is_to_come_again(self, lost_keys: SigningKeys) -> None:
        with pytest.raises(TryAgainLater) as raised:
            await lost_keys.key(JWK["kid"])

        assert raised.value.after.total_seconds() == 10


class TestMemoryKeys(SigningKeysContract):
    @pytest.fixture
    def keys(self) -> SigningKeys:
        return MemoryKeys({JWK["kid"]: JWK})

    @pytest.fixture
    def lost_keys(self) -> SigningKeys:
        return MemoryKeys({JWK["kid"]: JWK}, down=True)


class TestPublishedKeys(SigningKeysContract):
    @pytest.fixture
    async def server(self) -> AsyncIterator[KeyServer]:
        async with key_server(JWK) as server:
            yield server

    @pytest.fixture
    def keys(self, server: Any) -> SigningKeys:
        return PublishedKeys(server.address, clock=FakeClock(), log=event_log("tests"))

    @pytest.fixture
    def lost_keys(self, server: Any) -> SigningKeys:
        server.status = 503
        return PublishedKeys(server.address, clock=FakeClock(), log=event_log("tests"))
