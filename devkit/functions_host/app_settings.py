"""Application settings as bindings use them: %SETTING% texts, queue names and connections."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devkit.errors import DevkitError

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULT_CONNECTION = "AzureWebJobsStorage"
_REFERENCE = re.compile(r"%([^%]+)%")
#  learn.microsoft.com, "Naming queues and metadata".
_QUEUE_NAME = re.compile(r"(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*")
_ACCOUNT = re.compile(r"(^|;)(UseDevelopmentStorage=true|AccountName=\w+|QueueEndpoint=https?://)", re.IGNORECASE)
_TRUE = ("true", "1")


class AppSettings:
    """The environment of a function app; a setting that is missing is refused with its place."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def resolve(self, text: str, *, place: str) -> str:
        """Replace each ``%SETTING%`` in *text*.

        Raises:
            DevkitError: A named setting does not exist.
        """

        def value(found: re.Match[str]) -> str:
            setting = self._find(found[1])
            if setting is None:
                raise DevkitError(f"{place} names the setting {found[0]}, which is not set.")
            return setting

        return _REFERENCE.sub(value, text)

    def queue_name(self, text: str, *, place: str) -> str:
        """Resolve and lower-case the name of a queue, and check that storage would take it."""
        name = self.resolve(text, place=place).lower()
        if _QUEUE_NAME.fullmatch(name) is None:
            raise DevkitError(
                f"{place}: '{name}' is no queue name; it takes 3 to 63 letters, digits and single dashes."
            )
        return name

    def connection_string(self, text: str | None, *, place: str) -> str:
        """Return the connection string that the setting *text*, or AzureWebJobs + *text*, holds."""
        name = self.resolve(text or _DEFAULT_CONNECTION, place=place)
        found = self._find(name) or self._find(f"AzureWebJobs{name}")
        if found is None:
            raise DevkitError(f"{place} needs the connection setting '{name}', which is not set.{self._hint(name)}")
        if _ACCOUNT.search(found) is None:
            raise DevkitError(f"{place}: the setting '{name}' holds no storage connection string.")
        return found

    def is_disabled(self, function: str) -> bool:
        """Tell whether ``AzureWebJobs.<function>.Disabled`` switches the function off."""
        names = (f"AzureWebJobs.{function}.Disabled", f"AzureWebJobs_{function}_Disabled")
        return any((self._find(name) or "").lower() in _TRUE for name in names)

    def _find(self, name: str) -> str | None:
        return self._environ.get(name) or self._environ.get(name.replace(":", "__"))

    def _hint(self, name: str) -> str:
        if any(known.startswith(f"{name}__") for known in self._environ):
            return " Locally it takes a connection string; identity settings such as __queueServiceUri do not work."
        return ""
