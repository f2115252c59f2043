"""The parts of a run that lie in JSON cells: counts, proof, reason, and the summary that its group keeps."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sync_core.adapters.cells import moment_of, time_cell
from sync_core.domain.entra import ReadProof
from sync_core.domain.ids import RunId
from sync_core.domain.runs import Counts, Reason, RunState, RunSummary

if TYPE_CHECKING:
    from collections.abc import Mapping


def counts_to_json(counts: Counts) -> dict[str, int]:
    return asdict(counts)


def counts_from_json(document: Mapping[str, int]) -> Counts:
    return Counts(**document)


def proof_to_json(proof: ReadProof | None) -> dict[str, Any] | None:
    if proof is None:
        return None
    return {
        "pages": proof.pages,
        "users": proof.users,
        "counted": proof.counted,
        "complete": proof.complete,
        "others": dict(proof.others),
        "readings": proof.readings,
    }


def proof_from_json(document: Mapping[str, Any] | None) -> ReadProof | None:
    return None if document is None else ReadProof(**document)


def reason_to_json(reason: Reason | None) -> dict[str, str] | None:
    return None if reason is None else asdict(reason)


def reason_from_json(document: Mapping[str, str] | None) -> Reason | None:
    return None if document is None else Reason(**document)


def summary_to_json(summary: RunSummary) -> dict[str, Any]:
    return {
        "id": summary.id,
        "state": summary.state.value,
        "counts": counts_to_json(summary.counts),
        "reason": reason_to_json(summary.reason),
        "startedAt": time_cell(summary.started_at),
        "endedAt": time_cell(summary.ended_at),
    }


def summary_from_json(document: Mapping[str, Any] | None) -> RunSummary | None:
    if document is None:
        return None
    return RunSummary(
        id=RunId(document["id"]),
        state=RunState(document["state"]),
        counts=counts_from_json(document["counts"]),
        reason=reason_from_json(document["reason"]),
        started_at=moment_of(document["startedAt"]),
        ended_at=moment_of(document["endedAt"]),
    )
