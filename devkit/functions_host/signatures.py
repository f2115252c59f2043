"""Does a function's signature fit its bindings? The checks that the Python worker makes when it indexes.

Source: Azure/azure-functions-python-worker, azure_functions_worker/functions.py.
"""

from __future__ import annotations

import inspect
import typing
from typing import TYPE_CHECKING, Any

import azure.functions as func

from devkit.errors import DevkitError
from devkit.functions_host.converters import converter
from devkit.functions_host.functions import RETURN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_CONTEXT = "context"


def check_signature(name: str, call: Callable[..., Any], bindings: Sequence[Mapping[str, Any]]) -> None:
    """Check that parameters and bindings match both ways and that annotations suit the bindings.

    Raises:
        DevkitError: They do not; the message names the function.
    """
    annotations = _annotations(name, call)
    bound = {str(binding["name"]): binding for binding in bindings}
    parameters = set(inspect.signature(call).parameters)
    if _CONTEXT in bound:
        raise _refusal(name, "'context' is reserved and cannot be the name of a binding")
    if _CONTEXT in annotations and not _is_context(annotations[_CONTEXT]):
        raise _refusal(name, "the parameter 'context' must be annotated as azure.functions.Context")
    _check_names(name, parameters=parameters - {_CONTEXT}, bound=set(bound) - {RETURN})
    for parameter, binding in bound.items():
        _check_binding(name, binding, annotations.get("return" if parameter == RETURN else parameter))


def _annotations(name: str, call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(call)
    except Exception as error:
        raise _refusal(name, f"its annotations cannot be read: {error}") from error


def _check_names(name: str, *, parameters: set[str], bound: set[str]) -> None:
    unbound = sorted(parameters - bound)
    if unbound:
        raise _refusal(name, f"the parameter '{unbound[0]}' has no binding")
    unused = sorted(bound - parameters)
    if unused:
        raise _refusal(name, f"the binding '{unused[0]}' has no parameter")


def _check_binding(name: str, binding: Mapping[str, Any], annotation: Any) -> None:
    parameter, direction = str(binding["name"]), str(binding["direction"]).upper()
    if direction == "INOUT":
        raise _refusal(name, f"the binding '{parameter}' has the direction inout, which is not supported")
    is_output = direction == "OUT"
    if parameter == RETURN and not is_output:
        raise _refusal(name, "the binding '$return' must have the direction out")
    if annotation is None or annotation is type(None):
        return
    if (parameter != RETURN and is_output) != _is_out(annotation):
        raise _refusal(name, f"'{parameter}' must be azure.functions.Out exactly when it is an output parameter")
    if not _accepts(binding, _inner(annotation), is_output=is_output):
        raise _refusal(
            name, f"'{parameter}' is annotated as {annotation!r}, which the {binding['type']} binding cannot give"
        )


def _accepts(binding: Mapping[str, Any], annotation: Any, *, is_output: bool) -> bool:
    if annotation is typing.Any:
        return True
    known = converter(str(binding["type"]))
    check = known.check_output_type_annotation if is_output else known.check_input_type_annotation
    try:
        return bool(check(annotation))
    except TypeError:
        return False


def _is_out(annotation: Any) -> bool:
    return (typing.get_origin(annotation) or annotation) is func.Out


def _inner(annotation: Any) -> Any:
    if not _is_out(annotation):
        return annotation
    arguments = typing.get_args(annotation)
    return arguments[0] if arguments and not isinstance(arguments[0], typing.TypeVar) else typing.Any


def _is_context(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, func.Context)


def _refusal(name: str, reason: str) -> DevkitError:
    return DevkitError(f"Function '{name}' cannot be loaded: {reason}.")
