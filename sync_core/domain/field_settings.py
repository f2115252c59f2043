"""The fields that can follow Entra ID, and the two switches of each.

Each switch covers one or more *values* of a recipient: *Name* is one value, *Address* is six.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EMAIL = "email"
NAME = "name"

VALUES_OF_FIELD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        EMAIL: (EMAIL,),
        NAME: (NAME,),
        "businessPhone": ("businessPhone",),
        "mobilePhone": ("mobilePhone",),
        "jobTitle": ("jobTitle",),
        "department": ("department",),
        "company": ("company",),
        "address": ("streetAddress", "city", "state", "postalCode", "country", "officeLocation"),
    }
)

CUSTOM_ATTRIBUTES = range(1, 16)
"""``onPremisesExtensionAttributes`` holds extensionAttribute1 to 15 (learn.microsoft.com, resource type)."""


def custom_attribute(number: int) -> str:
    """Return the name under which extension attribute *number* travels until it is mapped."""
    return f"extensionAttribute{number}"


@dataclass(frozen=True, slots=True)
class Switches:
    """*sync*: import the field. *overwrite*: replace a differing value that is already here."""

    sync: bool = True
    overwrite: bool = True


@dataclass(frozen=True, slots=True)
class CustomField:
    """An extension attribute, mapped to a custom field with a name of the workspace's own."""

    name: str
    switches: Switches = field(default_factory=Switches)


@dataclass(frozen=True, slots=True)
class FieldSettings:
    """A workspace's field settings. Fields that are not named have both switches on; e-mail always has."""

    fields: Mapping[str, Switches] = field(default_factory=dict)
    custom: Mapping[int, CustomField] = field(default_factory=dict)

    def switches_of(self, name: str) -> Switches:
        return Switches() if name == EMAIL else self.fields.get(name, Switches())

    def known_values(self) -> frozenset[str]:
        """Return the names of all values that a recipient can have, synced or not."""
        built_in = frozenset(value for names in VALUES_OF_FIELD.values() for value in names)
        return built_in | {custom.name for custom in self.custom.values()}

    def synced_values(self) -> Iterator[tuple[str, str, bool]]:
        """Yield (value in Entra, value of the recipient, overwrite) for everything that is synced."""
        for name, values in VALUES_OF_FIELD.items():
            switches = self.switches_of(name)
            if switches.sync:
                yield from ((value, value, switches.overwrite) for value in values)
        for number, custom in sorted(self.custom.items()):
            if custom.switches.sync:
                yield custom_attribute(number), custom.name, custom.switches.overwrite
