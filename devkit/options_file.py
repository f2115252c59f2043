"""Read a workspace's sync options and field settings from a file, or say in one sentence what is wrong with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from devkit.errors import BadInput
from devkit.tenants.tenant_file import parse_json, read_text
from sync_core.domain.field_settings_json import settings_from_json
from sync_core.domain.options import OptionProblem, options_from_json
from sync_core.domain.workspaces import Rulebook

if TYPE_CHECKING:
    from pathlib import Path

_OPTIONS = "syncOptions"
_SETTINGS = "fieldSettings"


def read_options(file: Path) -> Rulebook:
    """Return the rules in *file*: sync options by their names, beside them ``fieldSettings``.

    Options may also stand together under ``syncOptions``.

    Raises:
        TenantFileError: the file cannot be read as text.
        BadInput: it is not JSON, or an option cannot be used; the sentence names the place.
    """
    try:
        document = parse_json(read_text(file))
    except json.JSONDecodeError as exc:
        place = f"{file.name}, line {exc.lineno}, column {exc.colno}"
        raise BadInput(f"{place}: this is not JSON: {exc.msg}.") from exc
    if not isinstance(document, dict):
        raise BadInput(f"{file.name}: the options must be an object.")
    return _rulebook(document, file)


def _rulebook(document: dict[str, Any], file: Path) -> Rulebook:
    settings = document.pop(_SETTINGS, {})
    place = ""
    if _OPTIONS in document:
        place = f"{_OPTIONS}."
        if len(document) > 1 or not isinstance(document[_OPTIONS], dict):
            raise BadInput(f"{file.name}: {_OPTIONS} must be an object, with nothing but {_SETTINGS} beside it.")
        document = document[_OPTIONS]
    try:
        options = options_from_json(document)
        place = f"{_SETTINGS}."
        return Rulebook(options, settings_from_json(settings))
    except OptionProblem as exc:
        raise BadInput(f"{file.name}: {place}{exc.place}: {exc.problem}.") from exc
