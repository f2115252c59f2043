"""Read what happens to a tenant before each night: one JSON object per line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devkit.tenants.checks import Misfit, check_properties, expect_field, expect_id, expect_object, expect_type
from devkit.tenants.properties import GROUP, USER
from devkit.tenants.tenant_file import (
    TenantFileError,
    check_group,
    check_user,
    parse_json,
    read_text,
    sentence_about,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path as FilePath

    from devkit.tenants.places import Path


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change of a tenant, checked for form.

    *night* (from 1) is the one before which it happens; *arguments* are those of the operation *op*; *place*
    is where it was written, for sentences.
    """

    op: str
    arguments: Mapping[str, Any]
    night: int
    place: str

    def to_json(self) -> dict[str, Any]:
        """Return the mutation as its line holds it."""
        return {"night": self.night, "op": self.op, **self.arguments}


def read_mutations(file: FilePath) -> list[Mutation]:
    """Read and check the mutations in *file*, in the order in which they are applied.

    Raises:
        TenantFileError: the file cannot be read, or a line is no mutation; the sentence names the line.
    """
    return parse_mutations(read_text(file), source=file.name)


def parse_mutations(text: str, *, source: str) -> list[Mutation]:
    """Check the mutations in *text*; empty lines are skipped; *source* is how sentences name the text.

    Raises:
        TenantFileError: a line is no mutation.
    """
    lines = enumerate(text.split("\n"), start=1)
    return [_parse_line(line, f"{source}, line {number}") for number, line in lines if line.strip()]


def mutations_before(mutations: Sequence[Mutation], *, night: int) -> list[Mutation]:
    """Return those that happen before *night*, in order."""
    return [mutation for mutation in mutations if mutation.night == night]


def mutation_from_json(value: Any, *, place: str) -> Mutation:
    """Check one parsed mutation; a missing `night` is the first.

    Raises:
        Misfit: with the path of the first thing that is wrong.
    """
    fields = expect_object(value, ())
    op = expect_field(fields, "op", ())
    if not isinstance(op, str) or op not in _ARGUMENTS:
        raise Misfit(("op",), f"must be one of {', '.join(_ARGUMENTS)}")
    arguments = {name: given for name, given in fields.items() if name not in {"op", "night"}}
    _check_arguments(arguments, _ARGUMENTS[op])
    return Mutation(op, arguments, _night(fields.get("night", 1)), place)


def _parse_line(line: str, place: str) -> Mutation:
    try:
        return mutation_from_json(parse_json(line), place=place)
    except json.JSONDecodeError as failure:
        raise TenantFileError(f"{place}, column {failure.colno}: this is not JSON: {failure.msg}.") from failure
    except Misfit as misfit:
        raise TenantFileError(f"{place}: {sentence_about(misfit)}") from misfit


def _night(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Misfit(("night",), "must be a whole number from 1")
    return value


def _check_arguments(arguments: Mapping[str, Any], checks: Mapping[str, Callable[[Any, Path], object]]) -> None:
    for name in arguments:
        if name not in checks:
            raise Misfit((name,), f"this operation takes only {', '.join(checks)}")
    for name, check in checks.items():
        if name in arguments or name not in _OPTIONAL:
            check(expect_field(arguments, name, ()), (name,))


def _check_user_changes(value: Any, path: Path) -> None:
    _check_changes(value, USER, path)


def _check_group_changes(value: Any, path: Path) -> None:
    changes = _check_changes(value, GROUP, path)
    if "members" in changes:
        raise Misfit((*path, "members"), "members change by addMember and removeMember")


def _check_changes(value: Any, odata_type: str, path: Path) -> dict[str, Any]:
    changes = expect_object(value, path)
    if "id" in changes:
        raise Misfit((*path, "id"), "an id never changes")
    check_properties(changes, odata_type, path)
    return changes


_OPTIONAL = {"@odata.type"}
_ONE_USER: Mapping[str, Callable[[Any, Path], object]] = {"user": expect_id}
_MEMBERSHIP: Mapping[str, Callable[[Any, Path], object]] = {
    "group": expect_id,
    "user": expect_id,
    "@odata.type": expect_type,
}
_ARGUMENTS: Mapping[str, Mapping[str, Callable[[Any, Path], object]]] = {
    "addUser": {"user": check_user},
    "updateUser": {"user": expect_id, "set": _check_user_changes},
    "disableUser": _ONE_USER,
    "enableUser": _ONE_USER,
    "deleteUser": _ONE_USER,
    "restoreUser": _ONE_USER,
    "purgeUser": _ONE_USER,
    "addGroup": {"group": check_group},
    "updateGroup": {"group": expect_id, "set": _check_group_changes},
    "deleteGroup": {"group": expect_id},
    "addMember": _MEMBERSHIP,
    "removeMember": _MEMBERSHIP,
}
