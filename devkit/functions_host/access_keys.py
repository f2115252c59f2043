"""Access keys of HTTP functions and of the host, as `func start --enableAuth` checks them."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devkit.errors import DevkitError
from devkit.functions_host.configuration import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ANONYMOUS = "anonymous"
ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class AccessKeys:
    """*master* opens all, *host* keys every function of level function, *functions* their own."""

    master: str
    host: tuple[str, ...] = ()
    functions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def opens(self, key: str | None, *, level: str, function: str | None = None) -> bool:
        """Tell whether *key* is enough for an access *level* (of one *function*)."""
        if level == ANONYMOUS:
            return True
        if key is None:
            return False
        accepted = [self.master]
        if level != ADMIN:
            accepted += [*self.host, *self.functions.get(function or "", ())]
        return any(hmac.compare_digest(key.encode(), known.encode()) for known in accepted)


def read_access_keys(path: Path) -> AccessKeys:
    """Read ``{"master": "…", "host": {"name": "…"}, "functions": {"function": {"name": "…"}}}``.

    Raises:
        DevkitError: The file has another form.
    """
    keys = read_object(path)
    master, host, functions = keys.get("master"), keys.get("host", {}), keys.get("functions", {})
    if not isinstance(master, str) or not master:
        raise DevkitError(f'{path}: "master" must be a key.')
    if not isinstance(functions, dict):
        raise DevkitError(f'{path}: "functions" must be an object.')
    return AccessKeys(
        master=master,
        host=_named(path, "host", host),
        functions={name: _named(path, name, named) for name, named in functions.items()},
    )


def _named(path: Path, place: str, named: object) -> tuple[str, ...]:
    if not isinstance(named, dict) or not all(isinstance(key, str) and key for key in named.values()):
        raise DevkitError(f'{path}: the keys of "{place}" must be an object of names and keys.')
    return tuple(named.values())
