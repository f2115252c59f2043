"""Read a tenant from a file in Microsoft Graph's own shape, or say in one sentence what is wrong with it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devkit.tenants.checks import (
    Misfit,
    check_properties,
    expect_field,
    expect_id,
    expect_list,
    expect_object,
    expect_text,
    expect_type,
)
from devkit.tenants.places import line_of, path_text
from devkit.tenants.properties import GROUP, SHAPES, USER

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from devkit.tenants.places import Path

Entity = dict[str, Any]
"""A directory object as Graph writes it in JSON."""

_FIELDS = ("users", "groups", "directoryObjects")


#  Escapes that are only whole in pairs: RFC 8259, section 7.
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class TenantFileError(Exception):
    """A tenant or mutations file cannot be used; the text is one sentence that names the place."""


@dataclass(frozen=True, slots=True)
class TenantFile:
    """A checked tenant: ids are unique, and every user that a group names exists.

    *groups* carry their `members`; *directory_objects* are devices, contacts and service principals.
    """

    tenant_id: str | None
    users: tuple[Entity, ...]
    groups: tuple[Entity, ...]
    directory_objects: tuple[Entity, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the tenant as its file holds it."""
        tenant = {} if self.tenant_id is None else {"tenantId": self.tenant_id}
        others = {"directoryObjects": list(self.directory_objects)} if self.directory_objects else {}
        return {**tenant, "users": list(self.users), "groups": list(self.groups), **others}


def read_tenant(file: FilePath) -> TenantFile:
    """Read and check the tenant in *file*.

    Raises:
        TenantFileError: the file cannot be read, is not JSON, or is not a tenant.
    """
    return parse_tenant(read_text(file), source=file.name)


def read_text(file: FilePath) -> str:
    """Read *file* as UTF-8, with or without a byte order mark.

    Raises:
        TenantFileError: it cannot be read, or is not UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as failure:
        raise TenantFileError(f"{file}: cannot be read: {failure.strerror}.") from failure
    except UnicodeDecodeError as failure:
        raise TenantFileError(f"{file.name}, byte {failure.start}: the file is not UTF-8 text.") from failure


def parse_tenant(text: str, *, source: str) -> TenantFile:
    """Check the tenant in the JSON *text*; *source* is how sentences name it.

    Raises:
        TenantFileError: with line and column where it is not JSON, else with the path and its line.
    """
    try:
        return tenant_from_json(parse_json(text))
    except json.JSONDecodeError as failure:
        place = f"{source}, line {failure.lineno}, column {failure.colno}"
        raise TenantFileError(f"{place}: this is not JSON: {failure.msg}.") from failure
    except Misfit as misfit:
        place = f"{source}, line {line_of(text, misfit.path)}"
        raise TenantFileError(f"{place}: {sentence_about(misfit)}") from misfit


def parse_json(text: str) -> Any:
    """Parse strict JSON: unlike Python's default, `NaN` and `Infinity` are refused.

    Raises:
        json.JSONDecodeError: the text is not JSON.
    """

    def refuse(constant: str) -> Any:
        raise json.JSONDecodeError(f"{constant} is no JSON value", text, max(0, text.find(constant)))

    try:
        value = json.loads(text, parse_constant=refuse)
    except RecursionError as failure:
        raise json.JSONDecodeError("it is nested too deeply", text, 0) from failure
    half = _SURROGATE.search(text)
    if half is not None:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as failure:
            raise json.JSONDecodeError("half a character (a lone surrogate)", text, half.start()) from failure
    return value


def sentence_about(misfit: Misfit) -> str:
    """Return what is wrong, led by the path within the file."""
    where = path_text(misfit.path)
    return f"{where}: {misfit.problem}." if where else f"{misfit.problem}."


def tenant_from_json(value: Any) -> TenantFile:
    """Check a parsed tenant.

    Raises:
        Misfit: with the path of the first thing that is wrong.
    """
    root = expect_object(value, ())
    tenant_id = root.get("tenantId")
    if tenant_id is not None:
        expect_id(tenant_id, ("tenantId",))
    lists = {name: _entities(root, name) for name in _FIELDS}
    _check_members(lists["groups"], _types_by_id(lists))
    return TenantFile(tenant_id, *(tuple(lists[name]) for name in _FIELDS))


def check_user(value: Any, path: Path) -> Entity:
    """Return *value* if it can be a user: only `id` is required, as everything else can be null in Entra.

    Raises:
        Misfit: it cannot.
    """
    return _check_entity(value, USER, path)


def check_group(value: Any, path: Path) -> Entity:
    """Return *value* if it can be a group: `id` and `displayName`; its members' ids are checked for form only.

    Raises:
        Misfit: it cannot.
    """
    group = _check_entity(value, GROUP, path)
    expect_text(expect_field(group, "displayName", path), (*path, "displayName"))
    if group.get("members") is not None:
        for index, member in enumerate(expect_list(group["members"], (*path, "members"))):
            _check_member(member, (*path, "members", index))
    return group


def _entities(root: Entity, name: str) -> list[Entity]:
    values = root.get(name, []) if name == "directoryObjects" else expect_field(root, name, ())
    check = {"users": check_user, "groups": check_group, "directoryObjects": _check_other}[name]
    return [check(value, (name, index)) for index, value in enumerate(expect_list(values, (name,)))]


def _check_other(value: Any, path: Path) -> Entity:
    entity = expect_object(value, path)
    odata_type = expect_type(expect_field(entity, "@odata.type", path), (*path, "@odata.type"))
    if odata_type in {USER, GROUP}:
        raise Misfit((*path, "@odata.type"), f"a {SHAPES[odata_type].noun} belongs elsewhere in the file")
    return _check_entity(entity, odata_type, path)


def _check_entity(value: Any, odata_type: str, path: Path) -> Entity:
    entity = expect_object(value, path)
    expect_id(expect_field(entity, "id", path), (*path, "id"))
    if entity.get("@odata.type", odata_type) != odata_type:
        raise Misfit((*path, "@odata.type"), f"must be {odata_type} here")
    check_properties(entity, odata_type, path)
    return entity


def _check_member(value: Any, path: Path) -> None:
    member = expect_object(value, path)
    expect_id(expect_field(member, "id", path), (*path, "id"))
    if "@odata.type" in member:
        expect_type(member["@odata.type"], (*path, "@odata.type"))


def _types_by_id(lists: dict[str, list[Entity]]) -> dict[str, str]:
    types: dict[str, str] = {}
    for name, entities in lists.items():
        for index, entity in enumerate(entities):
            if entity["id"] in types:
                raise Misfit((name, index, "id"), f"the id '{entity['id']}' is there twice")
            types[entity["id"]] = _type_in(name, entity)
    return types


def _type_in(name: str, entity: Entity) -> str:
    return str({"users": USER, "groups": GROUP}.get(name) or entity["@odata.type"])


def _check_members(groups: list[Entity], types: dict[str, str]) -> None:
    for group_index, group in enumerate(groups):
        seen: set[str] = set()
        for index, member in enumerate(group.get("members") or ()):
            path = ("groups", group_index, "members", index)
            if member["id"] in seen:
                raise Misfit((*path, "id"), f"the member '{member['id']}' is there twice")
            seen.add(member["id"])
            type_of_member(member, types, path)


def type_of_member(member: Entity, types: dict[str, str], path: Path) -> str:
    """Return the `@odata.type` of a group's *member*; *types* are those of everything the tenant lists.

    Something other than a user may be a member without being listed.

    Raises:
        Misfit: it names a user that does not exist, or says another type than the one it has.
    """
    stated, known = member.get("@odata.type"), types.get(member["id"])
    if known is None and stated in {None, USER}:
        raise Misfit((*path, "id"), f"there is no user '{member['id']}'")
    if known is not None and stated not in {None, known}:
        raise Misfit((*path, "@odata.type"), f"'{member['id']}' is a {SHAPES[known].noun}")
    return str(known or stated)
