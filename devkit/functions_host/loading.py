"""Loads a function app's function_app.py the way the Python worker does."""

from __future__ import annotations

import importlib.util
import inspect
import json
import logging
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import azure.functions as func

from devkit.errors import DevkitError
from devkit.functions_host.bindings import SUPPORTED, read_output, read_retry, read_trigger
from devkit.functions_host.functions import LoadedFunction, TimerTrigger
from devkit.functions_host.signatures import check_signature

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import ModuleType

    from devkit.functions_host.app_settings import AppSettings

_SCRIPT = "function_app.py"
_log = logging.getLogger("Host.Startup")


def load_functions(root: Path, settings: AppSettings) -> tuple[LoadedFunction, ...]:
    """Import *root*/function_app.py and return its functions, checked and resolved.

    Raises:
        DevkitError: It cannot be imported, has no or several apps, or a function is not one that this host can run.
    """
    app = _only_app(_import(root / _SCRIPT))
    try:
        #  Once: a second call on the same app finds every name taken.
        declared = app.get_functions()
    except ValueError as error:
        raise DevkitError(f"{_SCRIPT}: {error}") from error
    return tuple(_load(function, settings) for function in declared)


def _import(script: Path) -> ModuleType:
    if not script.is_file():
        raise DevkitError(f"{script.parent} is not a function app: it has no {script.name}.")
    spec = importlib.util.spec_from_file_location(script.stem, script)
    if spec is None or spec.loader is None:
        raise DevkitError(f"{script} cannot be imported.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[script.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        _log.debug("import_failed", exc_info=True)
        sentence = f"{script.name} cannot be imported: {_in_words(error)} ({_place_of(error, script)})."
        raise DevkitError(sentence) from error
    return module


def _place_of(error: Exception, script: Path) -> str:
    """Say where in the app's own files *error* arose; further down would be somebody else's library."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}"
    own = [
        f"{frame.filename}, line {frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(script.parent) and "site-packages" not in frame.filename
    ]
    return own[-1] if own else str(script)


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(".: ")


def _only_app(module: ModuleType) -> Any:
    apps = {id(value): value for value in vars(module).values() if isinstance(value, func.FunctionRegister)}
    if not apps:
        raise DevkitError(f"Could not find top level function app instances in {_SCRIPT}.")
    if len(apps) > 1:
        raise DevkitError(f"More than one top level function app instances are defined in {_SCRIPT}.")
    return next(iter(apps.values()))


def _load(function: Any, settings: AppSettings) -> LoadedFunction:
    name, call = str(function.get_function_name()), function.get_user_function()
    bindings = [binding.get_dict_repr() for binding in function.get_bindings()]
    for binding in bindings:
        if binding["type"] not in SUPPORTED:
            raise DevkitError(
                f"Function '{name}': this host runs no {binding['type']} bindings, only {', '.join(SUPPORTED)}."
            )
    check_signature(name, call, bindings)
    declared = function.get_trigger().get_dict_repr()
    trigger = read_trigger(name, declared, settings)
    retry = read_retry(name, function.get_settings_dict("retry_policy"))
    if retry is not None and not isinstance(trigger, TimerTrigger):
        _log.warning("Function '%s': a retry policy is only supported on timers and is ignored.", name)
        retry = None
    return LoadedFunction(
        name=name,
        call=call,
        is_async=inspect.iscoroutinefunction(call),
        trigger_parameter=str(declared["name"]),
        trigger=trigger,
        outputs=_outputs(name, bindings, settings),
        wants_context="context" in inspect.signature(call).parameters,
        disabled=settings.is_disabled(name),
        retry=retry,
        bindings=tuple(_plain(binding) for binding in bindings),
    )


def _outputs(name: str, bindings: Sequence[Mapping[str, Any]], settings: AppSettings) -> tuple[Any, ...]:
    outputs = [binding for binding in bindings if str(binding["direction"]).upper() == "OUT"]
    return tuple(read_output(name, binding, settings) for binding in outputs)


def _plain(binding: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(binding, default=str))
    return {name: value for name, value in plain.items() if value is not None}
