"""azure.functions' own converters, from raw data to what a function takes and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azure.functions.meta import Datum, get_binding_registry

if TYPE_CHECKING:
    from collections.abc import Mapping


def datum(kind: str | None, value: Any) -> Datum:
    """Make the typed value that the converters read."""
    make: Any = Datum
    made: Datum = make(type=kind, value=value)
    return made


def converter(binding_type: str) -> Any:
    """Return the converter class that azure.functions registers for a binding type."""
    registry: Any = get_binding_registry
    return registry().get(binding_type)


def decode(trigger_type: str, raw: Datum, metadata: Mapping[str, Datum]) -> Any:
    """Turn *raw* into the object that the function's parameter gets."""
    return converter(trigger_type).decode(raw, trigger_metadata=metadata)


def encode(binding_type: str, value: object) -> Datum:
    """Turn what a function returned or set into raw data.

    Raises:
        TypeError: The binding cannot carry such a value.
    """
    try:
        encoded: Datum = converter(binding_type).encode(value, expected_type=None)
    except NotImplementedError as error:
        raise TypeError(
            f"unable to encode outgoing TypedData: unsupported type for the {binding_type} binding:"
            f" {type(value).__name__}"
        ) from error
    return encoded
