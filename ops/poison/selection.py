"""Which poison messages a command is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ops.mistakes import Mistake
from ops.poison.verdict import Lasting
from ops.queues import OUR_QUEUES, OurQueue

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from ops.poison.letters import Letter


@dataclass(frozen=True, slots=True)
class Selection:
    """*ids*: the beginnings of messages' ids; empty for all. None: whichever."""

    queues: Sequence[OurQueue]
    ids: tuple[str, ...] = ()
    only: Lasting | None = None
    workspace: str | None = None

    @classmethod
    def of(cls, given: argparse.Namespace) -> Self:
        only = None if given.only is None else Lasting(given.only)
        queues = list(OUR_QUEUES.values()) if given.queue is None else [OUR_QUEUES[given.queue]]
        if not all(given.ids):
            raise Mistake("An empty text is no message id.")
        return cls(queues, tuple(given.ids), only, given.workspace)

    def fits(self, letter: Letter) -> bool:
        """Tell whether the letter is meant."""
        return (
            (not self.ids or letter.message.id.startswith(self.ids))
            and self.only in {None, letter.lasting}
            and self.workspace in {None, letter.contents.workspace}
        )
