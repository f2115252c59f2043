"""The people whom the local sign-in knows, and what the platform would tell an app about each."""

from __future__ import annotations

import base64
import json
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from devkit.errors import DevkitError
from devkit.functions_host.configuration import read_object

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#  learn.microsoft.com, "Work with user identities in Azure App Service authentication".
_NAME_TYPE = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
_OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_TENANT_ID = "http://schemas.microsoft.com/identity/claims/tenantid"


@dataclass(frozen=True, slots=True)
class Person:
    """*id* is an object id in *tenant*, which people call *tenant_name*; *roles* are app roles."""

    id: str
    name: str
    user_name: str
    tenant: str
    tenant_name: str
    roles: tuple[str, ...] = ()

    @property
    def principal(self) -> Mapping[str, Any]:
        """What the platform's header holds, before it is encoded."""
        return {"auth_typ": "aad", "claims": self.claims, "name_typ": _NAME_TYPE, "role_typ": "roles"}

    @property
    def claims(self) -> list[dict[str, str]]:
        named = {
            _OBJECT_ID: self.id,
            _TENANT_ID: self.tenant,
            "name": self.name,
            "preferred_username": self.user_name,
            _NAME_TYPE: self.user_name,
        }
        roles = [{"typ": "roles", "val": role} for role in self.roles]
        return [{"typ": name, "val": value} for name, value in named.items()] + roles


def somebody(name: str, *, tenant: str, tenant_name: str, role: str | None) -> Person:
    """Return a person who is on no list; the same name is the same person again."""
    made_up = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{tenant}/{name}"))
    return Person(made_up, name, name, tenant, tenant_name, (role,) if role else ())


def read_people(path: Path) -> tuple[Person, ...]:
    """Read ``{"people": [{"id", "name", "user_name", "tenant", "tenant_name", "roles"}]}``.

    Raises:
        DevkitError: The file has another form, or names nobody.
    """
    people = read_object(path).get("people")
    if not isinstance(people, list) or not people:
        raise DevkitError(f'{path}: "people" must be a list of people.')
    try:
        return tuple(_person(values) for values in people)
    except (TypeError, ValueError) as error:
        raise DevkitError(
            f'{path}: each of the "people" needs {", ".join(Person.__slots__)}, and nothing else.'
        ) from error


def write_people(path: Path, people: tuple[Person, ...]) -> None:
    """Write what `read_people` reads."""
    path.write_text(json.dumps({"people": [asdict(person) for person in people]}, indent=2), encoding="utf-8")


def session_of(person: Person) -> str:
    """Return the value of the cookie by which a browser is *person*.

    Neither signed nor secret: whoever reaches the local sign-in can be anybody.
    """
    return base64.urlsafe_b64encode(json.dumps(asdict(person)).encode()).decode()


def person_behind(session: str) -> Person | None:
    """Return whose session it is, None where it is nobody's."""
    try:
        return _person(json.loads(base64.urlsafe_b64decode(session)))
    except (TypeError, ValueError):
        return None


def _person(values: Any) -> Person:
    texts = dict(values)
    roles = texts.pop("roles", [])
    if not all(isinstance(text, str) and text for text in (*texts.values(), *roles)):
        raise ValueError(values)
    return Person(**texts, roles=tuple(roles))
