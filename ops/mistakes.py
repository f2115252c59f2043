"""What a command says when it cannot go on: one sentence, and the exit status."""

from __future__ import annotations

from ops.exits import Exit


class Mistake(Exception):
    """A sentence for the person at the terminal: what is wrong and what to do about it."""

    def __init__(self, sentence: str, *, status: Exit = Exit.WRONG_USE) -> None:
        super().__init__(sentence)
        self.status = status
