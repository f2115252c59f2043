"""How many requests one caller may make in a minute, counted in this instance alone."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from schedules_api.problems import Problem

if TYPE_CHECKING:
    from datetime import datetime

    import azure.functions as func

    from schedules_api.callers import Caller

_MOST_CALLERS = 10_000
#  A household or a server has this much of the address space to itself (RFC 6177).
_IPV6, _IPV6_PREFIX = 6, 64


@dataclass(slots=True)
class _Bucket:
    """What a caller has left, as of *counted_at*."""

    left: float
    counted_at: datetime


class RateLimit:
    """A bucket for each caller: it holds *per_minute* requests and fills up again evenly.

    Whoever was not seen for longest is forgotten when there are more than *most_callers*.
    """

    def __init__(self, per_minute: int, *, most_callers: int = _MOST_CALLERS) -> None:
        self._capacity = per_minute
        self._per_second = per_minute / 60
        self._most_callers = most_callers
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def count(self, who: str, *, now: datetime) -> None:
        """Count a request of *who*.

        Raises:
            Problem: ``too-many-requests``, with when to come again; such a request costs nothing.
        """
        bucket = self._bucket_of(who, now)
        if bucket.left < 1:
            seconds = math.ceil((1 - bucket.left) / self._per_second)
            raise Problem(
                "too-many-requests",
                f"At most {self._capacity} requests a minute are answered.",
                headers={"Retry-After": str(seconds)},
            )
        bucket.left -= 1

    def _bucket_of(self, who: str, now: datetime) -> _Bucket:
        bucket = self._buckets.setdefault(who, _Bucket(self._capacity, now))
        self._buckets.move_to_end(who)
        if len(self._buckets) > self._most_callers:
            self._buckets.popitem(last=False)
        #  A clock that was set back gives nothing and takes nothing.
        passed = max(0.0, (now - bucket.counted_at).total_seconds())
        bucket.left = min(self._capacity, bucket.left + passed * self._per_second)
        bucket.counted_at = now
        return bucket


def who_is(caller: Caller) -> str:
    """Return what a signed-in caller's requests are counted under."""
    return f"{caller.tenant}|{caller.id}"


def address_of(request: func.HttpRequest) -> str:
    """Return what the requests of somebody unknown are counted under: the client's address.

    A front end appends what it saw; whatever stands before that, the client may have written itself (MDN,
    "X-Forwarded-For", on its security). Without a front end all are one.
    """
    last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(_without_port(last))
    except ValueError:
        return "nobody known"
    if address.version == _IPV6:
        return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def _without_port(text: str) -> str:
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
