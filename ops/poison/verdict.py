"""Whether what put a message aside can be over by now.

**Transient**: the same message can go through once its cause is over: storage or Graph was out of reach or refused,
an instance died over it, the host gave up without a word. **Permanent**: it would fail again until somebody changes
something: nobody can read it, or the program met what it cannot deal with (`TypeError`, `KeyError`, ...); after a
deployment that mends it, `redrive --only permanent` is the way.

Told by whether this version can read the message, and by the name of the error in the reason that `deliver_order`
and `try_consent` write; an error that is not Python's own for a fault in a program counts as transient.
"""

from __future__ import annotations

import builtins
import re
from enum import StrEnum

NO_REASON = "no reason: the host gave up"

_FAULTS_OF_A_PROGRAM = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    NotImplementedError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
)
_GAVE_UP = re.compile(r"gave up after repeated failures: (\w+)")


class Lasting(StrEnum):
    TRANSIENT = "transient"
    PERMANENT = "permanent"


def lasting(reason: str | None, *, readable: bool) -> Lasting:
    """Judge a message by why it was put aside (None: nobody said) and whether this version can read it."""
    if not readable:
        return Lasting.PERMANENT
    gave_up = _GAVE_UP.fullmatch(reason or "")
    error = None if gave_up is None else getattr(builtins, gave_up[1], None)
    is_fault = isinstance(error, type) and issubclass(error, _FAULTS_OF_A_PROGRAM)
    return Lasting.PERMANENT if is_fault else Lasting.TRANSIENT
