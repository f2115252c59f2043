"""How a consent lies in one cell of its connection's row: the two change together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sync_core.adapters.cells import json_cell, json_in, moment_of, time_cell
from sync_core.domain.consent import Consent, ConsentStep

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sync_core.ports import Cell


def consent_cell(consent: Consent | None) -> str:
    if consent is None:
        return ""
    return json_cell(
        {
            "digest": consent.digest,
            "starter": consent.starter,
            "askedAt": time_cell(consent.asked_at),
            "expiresAt": time_cell(consent.expires_at),
            "step": consent.step.value,
            "token": consent.token,
            "givenAt": time_cell(consent.given_at),
            "code": consent.code,
            "reason": consent.reason,
        }
    )


def consent_in(cells: Mapping[str, Cell], name: str) -> Consent | None:
    held = json_in(cells, name)
    if held is None:
        return None
    asked_at, expires_at = moment_of(held["askedAt"]), moment_of(held["expiresAt"])
    if asked_at is None or expires_at is None:
        raise TypeError(f"{name} holds no times")
    return Consent(
        digest=held["digest"],
        starter=held["starter"],
        asked_at=asked_at,
        expires_at=expires_at,
        step=ConsentStep(held["step"]),
        token=held["token"],
        given_at=moment_of(held["givenAt"]),
        code=held["code"],
        reason=held["reason"],
    )
