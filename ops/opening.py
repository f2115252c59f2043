"""Find the storage that a command is about, and open it."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from ops.desk import Desk
from ops.mistakes import Mistake
from sync_core.domain.errors import SettingError
from sync_core.settings import read_settings
from sync_core.wiring import open_for_operator

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from ops.output import Output

_STORAGE = ("SyncStorage", "SyncStorage__queueServiceUri", "SyncStorage__tableServiceUri")
_ASKED_FOR = (*_STORAGE, "AZURE_FUNCTIONS_ENVIRONMENT", "HISTORY_DAYS", "SYNC_CLOCK_OFFSET")

#  No command asks Entra ID or verifies a token, so an operator's machine need not hold what that takes.
_NOT_ASKED_FOR = {
    "ENTRA_CLIENT_ID": "00000000-0000-0000-0000-000000000000",
    "ENTRA_CLIENT_SECRET": "none",
    "API_AUDIENCE": "00000000-0000-0000-0000-000000000000",
}


@asynccontextmanager
async def desk_over(environ: Mapping[str, str], *, data: Path | None, out: Output) -> AsyncIterator[Desk]:
    """Open the storage of the local stack that runs from *data*, else the one that *environ* names.

    Raises:
        Mistake: neither says which, or what it says is wrong.
    """
    async with AsyncExitStack() as stack:
        given = _of_this_machine(environ) if data is None else _of_local_stack(data, stack)
        try:
            settings = read_settings({name: given[name] for name in _ASKED_FOR if name in given} | _NOT_ASKED_FOR)
        except SettingError as exc:
            raise Mistake(f"The setting {exc.name} {exc.problem}.") from exc
        services, messages = open_for_operator(settings, stack)
        yield Desk(services, messages, out)


def _of_this_machine(environ: Mapping[str, str]) -> Mapping[str, str]:
    if not any(environ.get(name, "").strip() for name in _STORAGE):
        raise Mistake(
            "Which storage? Name a local stack's folder with --data, or set SyncStorage__queueServiceUri and "
            "SyncStorage__tableServiceUri to the storage account's addresses (see docs/ops.md)."
        )
    return environ


def _of_local_stack(folder: Path, stack: AsyncExitStack) -> Mapping[str, str]:
    """Return the settings of the stack in *folder*, and let this process reach it for as long as *stack* is open."""
    from devkit.data_folder import DataFolder  # noqa: PLC0415  what is about Azure needs nothing of it
    from devkit.errors import DevkitError  # noqa: PLC0415  as above
    from devkit.functions_host.local_settings import read_local_settings  # noqa: PLC0415  as above
    from devkit.stack_settings import environment, in_environment  # noqa: PLC0415  as above

    file = DataFolder(folder.resolve()).settings
    if not file.is_file():
        raise Mistake(f"No stack ran from {folder}: start one with `make run`, or name another folder with --data.")
    try:
        given = environment(read_local_settings(file))
    except DevkitError as exc:
        raise Mistake(str(exc)) from exc
    stack.enter_context(in_environment(given))
    return given
