"""A value together with the version that a later write must name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stored(Generic[T]):
    """A value as it was read, with the ETag that a later write must name."""

    value: T
    etag: str


def value_of(found: Stored[T] | None) -> T | None:
    return None if found is None else found.value


def etag_of(found: Stored[T] | None) -> str | None:
    """Return what a write must name to follow *found*: its ETag, None where there was no row."""
    return None if found is None else found.etag
