"""Carry out mutations on a tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devkit.entra_simulator.tenant import Group, without_members
from devkit.tenants.checks import Misfit
from devkit.tenants.properties import USER
from devkit.tenants.tenant_file import sentence_about

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from devkit.entra_simulator.tenant import Tenant
    from devkit.tenants.mutations import Mutation
    from devkit.tenants.tenant_file import Entity

    Arguments = Mapping[str, Any]


class MutationRefused(Exception):
    """A mutation does not fit the tenant as it is; *index* is its position in the list, *problem* a sentence."""

    def __init__(self, problem: str, *, index: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index


def apply_mutations(tenant: Tenant, mutations: Sequence[Mutation], *, now: datetime) -> None:
    """Apply *mutations* in order; those before a refused one stay applied.

    Raises:
        MutationRefused: one names something that is not there, or adds something that is.
    """
    for index, mutation in enumerate(mutations):
        try:
            _OPERATIONS[mutation.op](tenant, mutation.arguments, now)
        except Misfit as misfit:
            raise MutationRefused(f"{mutation.op}: {sentence_about(misfit)}", index=index) from misfit


def _add_user(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    user = arguments["user"]
    _expect_new(tenant, user["id"])
    tenant.users[user["id"]] = dict(user)
    tenant.forget_order()


def _update_user(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    _user(tenant, arguments["user"]).update(arguments["set"])


def _disable_user(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    _user(tenant, arguments["user"])["accountEnabled"] = False


def _enable_user(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    _user(tenant, arguments["user"])["accountEnabled"] = True


def _delete_user(tenant: Tenant, arguments: Arguments, now: datetime) -> None:
    user = _user(tenant, arguments["user"])
    user["deletedDateTime"] = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    tenant.deleted_users[user["id"]] = tenant.users.pop(user["id"])
    tenant.forget_order()


def _restore_user(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    user = _deleted_user(tenant, arguments["user"])
    del user["deletedDateTime"]
    tenant.users[user["id"]] = tenant.deleted_users.pop(user["id"])
    tenant.forget_order()


def _purge_user(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    user = _deleted_user(tenant, arguments["user"])
    del tenant.deleted_users[user["id"]]
    _leave_all_groups(tenant, user["id"])


def _add_group(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    group = arguments["group"]
    _expect_new(tenant, group["id"])
    for index, member in enumerate(group.get("members") or ()):
        _expect_member(tenant, member, f"member {index + 1}")
    tenant.groups[group["id"]] = Group(without_members(group))
    tenant.take_members(group)


def _update_group(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    _group(tenant, arguments["group"]).properties.update(arguments["set"])


def _delete_group(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    group = _group(tenant, arguments["group"])
    del tenant.groups[group.properties["id"]]
    _leave_all_groups(tenant, group.properties["id"])


def _add_member(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    """Add to a group; who is in it already stays in it."""
    group = _group(tenant, arguments["group"])
    member = {name: arguments[name] for name in ("@odata.type",) if name in arguments}
    member["id"] = arguments["user"]
    _expect_member(tenant, member, "user")
    tenant.take_members({"id": group.properties["id"], "members": [member]})


def _remove_member(tenant: Tenant, arguments: Arguments, _now: datetime) -> None:
    group = _group(tenant, arguments["group"])
    if group.members.pop(arguments["user"], None) is None:
        raise Misfit(("user",), f"'{arguments['user']}' is not in the group '{arguments['group']}'")
    tenant.forget_order()


def _user(tenant: Tenant, user_id: str) -> Entity:
    if user_id in tenant.deleted_users:
        raise Misfit(("user",), f"the user '{user_id}' is deleted")
    if user_id not in tenant.users:
        raise Misfit(("user",), f"there is no user '{user_id}'")
    return tenant.users[user_id]


def _deleted_user(tenant: Tenant, user_id: str) -> Entity:
    if user_id not in tenant.deleted_users:
        raise Misfit(("user",), f"there is no deleted user '{user_id}'")
    return tenant.deleted_users[user_id]


def _group(tenant: Tenant, group_id: str) -> Group:
    if group_id not in tenant.groups:
        raise Misfit(("group",), f"there is no group '{group_id}'")
    return tenant.groups[group_id]


def _expect_new(tenant: Tenant, object_id: str) -> None:
    if object_id in tenant.deleted_users or tenant.type_of(object_id) is not None:
        raise Misfit((), f"the id '{object_id}' is taken")


def _expect_member(tenant: Tenant, member: Entity, where: str) -> None:
    known = tenant.type_of(member["id"])
    stated = member.get("@odata.type")
    if known is None and (stated in {None, USER} or member["id"] in tenant.deleted_users):
        raise Misfit((where,), f"there is no user '{member['id']}'")
    if known is not None and stated not in {None, known}:
        raise Misfit((where,), f"'{member['id']}' is {known}, not {stated}")


def _leave_all_groups(tenant: Tenant, object_id: str) -> None:
    for group in tenant.groups.values():
        group.members.pop(object_id, None)
    tenant.forget_order()


_OPERATIONS: Mapping[str, Callable[[Tenant, Mapping[str, Any], datetime], None]] = {
    "addUser": _add_user,
    "updateUser": _update_user,
    "disableUser": _disable_user,
    "enableUser": _enable_user,
    "deleteUser": _delete_user,
    "restoreUser": _restore_user,
    "purgeUser": _purge_user,
    "addGroup": _add_group,
    "updateGroup": _update_group,
    "deleteGroup": _delete_group,
    "addMember": _add_member,
    "removeMember": _remove_member,
}
