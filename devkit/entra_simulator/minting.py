"""Tokens for an API that are made out to whom a test or a developer names, with the roles that they name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from devkit.entra_simulator.api_tokens import Person, Service, Validity, api_claims
from devkit.entra_simulator.apps import moment_in, texts_in
from devkit.tenants.checks import Misfit, describe, expect_field, expect_object, expect_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devkit.entra_simulator.simulation import Simulation
    from devkit.entra_simulator.tenant import Tenant

_FIELDS = "audience roles person service lifetimeSeconds issued"
_LONGEST_LIFE = 86_400
_DOMAIN = "example.com"


def minted_from_json(value: Any, tenant: Tenant, simulation: Simulation) -> str:
    """Return the token that the control API was asked for.

    ``{"audience", "roles": [...], "person" or "service", "lifetimeSeconds"?, "issued"?}``. A service is named by its
    client id; a person by id, user principal name or display name, and may be a stranger to the tenant's file.

    Raises:
        Misfit: with the path of the first thing that is wrong.
    """
    fields = expect_object(value, ())
    for name in fields:
        if name not in _FIELDS.split():
            raise Misfit((name,), f"a token takes only {_FIELDS}")
    claims = api_claims(
        _who(fields, tenant),
        authority=simulation.url,
        tenant_id=tenant.tenant_id,
        audience=expect_text(expect_field(fields, "audience", ()), ("audience",)),
        roles=texts_in(fields, "roles"),
        valid=_valid(fields),
    )
    return simulation.signer.sign(claims)


def whole_number_in(fields: Mapping[str, Any], name: str, *, least: int, most: int) -> int:
    """Return the number that *name* holds.

    Raises:
        Misfit: it is none, or out of bounds.
    """
    number = fields.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
        raise Misfit((name,), f"must be a whole number from {least} to {most}, not {describe(number)}")
    return number


def _who(fields: Mapping[str, Any], tenant: Tenant) -> Person | Service:
    if ("person" in fields) == ("service" in fields):
        raise Misfit((), "a token is for a 'person' or for a 'service'")
    if "service" in fields:
        return Service(expect_text(fields["service"], ("service",)))
    return _person(expect_text(fields["person"], ("person",)), tenant)


def _person(named: str, tenant: Tenant) -> Person:
    for user in tenant.users.values():
        name, user_name = user.get("displayName"), user.get("userPrincipalName")
        if named.casefold() in {text.casefold() for text in (user["id"], name, user_name) if text}:
            return Person(user["id"], name or named, user_name or user["id"])
    login = "".join(letter for letter in named.casefold() if letter.isalnum()) or "somebody"
    stranger = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tenant.tenant_id}/people/{named.casefold()}"))
    return Person(stranger, named, f"{login}@{_DOMAIN}")


def _valid(fields: Mapping[str, Any]) -> Validity:
    begin = moment_in(fields["issued"], ("issued",)) if "issued" in fields else datetime.now(UTC)
    if "lifetimeSeconds" not in fields:
        return Validity(begin)
    return Validity(begin, timedelta(seconds=whole_number_in(fields, "lifetimeSeconds", least=1, most=_LONGEST_LIFE)))
