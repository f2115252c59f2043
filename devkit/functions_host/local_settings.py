"""local.settings.json: values that become environment variables unless they are set already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devkit.errors import DevkitError
from devkit.functions_host.configuration import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping
    from pathlib import Path


def read_local_settings(path: Path) -> Mapping[str, str]:
    """Return the file's ``Values``.

    Raises:
        DevkitError: It is not JSON, is encrypted, or a value is no text.
    """
    settings = read_object(path)
    #  Core Tools take a missing IsEncrypted for true and then fail to decrypt.
    if settings.get("IsEncrypted") is not False:
        raise DevkitError(f'{path}: "IsEncrypted" must be false, written out.')
    values = settings.get("Values", {})
    if not isinstance(values, dict):
        raise DevkitError(f'{path}: "Values" must be an object.')
    for name, value in values.items():
        if not isinstance(value, str):
            raise DevkitError(f'{path}: the value of "{name}" must be a text; put it in quotes.')
    return values


def apply_settings(values: Mapping[str, str], environ: MutableMapping[str, str]) -> None:
    """Put *values* into *environ*, leaving what is set there, and mark it as a development host."""
    for name, value in values.items():
        environ.setdefault(name, value)
    environ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development"
