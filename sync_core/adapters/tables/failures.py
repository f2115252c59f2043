"""What a refusal of Table Storage means, by its status and error code.

See learn.microsoft.com, "Table service error codes".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Self

from sync_core.adapters.storage import BUSY, StorageRefused, storage_is_busy
from sync_core.domain.errors import RowConflict

_NO_ROW = frozenset({"ResourceNotFound", "EntityNotFound"})
_CONFLICTS = _NO_ROW | {"EntityAlreadyExists", "UpdateConditionNotSatisfied", "ConditionNotMet"}
#  Our own checks see one write at a time: a merge can still grow a row past these.
_TOO_LARGE = frozenset({"EntityTooLarge", "TooManyProperties", "PropertyValueTooLarge", "RequestBodyTooLarge"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused request: *index* is the row of the transaction that it is about, 0 where that is not told."""

    status: int
    code: str
    index: int = 0

    @classmethod
    def of(cls, status: int, body: bytes) -> Self:
        """Read the error object in *body*; what is not one has an empty code."""
        try:
            error = json.loads(body)["odata.error"]
            code, message = str(error["code"]), str(error["message"]["value"])
        except (ValueError, LookupError, TypeError):
            return cls(status=status, code="")
        position = message.partition(":")[0]
        return cls(status=status, code=code, index=int(position) if position.isdecimal() else 0)

    @property
    def means_no_row(self) -> bool:
        return self.code in _NO_ROW

    def error(self, table: str) -> Exception:
        """Return what to raise; anything that nobody expects names status and code."""
        if self.code in _CONFLICTS:
            return RowConflict(table, self.index)
        if self.status in BUSY:
            return storage_is_busy(self.status)
        if self.code in _TOO_LARGE:
            return ValueError(f"{table}: row {self.index} of a write is too large ({self.code})")
        return StorageRefused(f"{table}: storage answered {self.status} {self.code}".rstrip(), status=self.status)
