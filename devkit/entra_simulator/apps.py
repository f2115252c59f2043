"""App registrations and the tenants that consented to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from devkit.entra_simulator.assertions import load_public_key
from devkit.tenants.checks import Misfit, expect_list, expect_object, expect_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from devkit.tenants.places import Path


@dataclass(frozen=True, slots=True)
class Secret:
    value: str
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """Who may sign assertions for an app: *public_key* is PEM.

    A certificate of the app signs as the app itself (*issuer* and *subject* are the client id, the audience is
    the token endpoint: both None here); a federated credential names all three.
    """

    public_key: str
    issuer: str | None = None
    subject: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class App:
    """*permissions*: the application permissions for Graph that it asks admins for."""

    client_id: str
    secrets: tuple[Secret, ...] = ()
    trusted_keys: tuple[TrustedKey, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


def app_from_json(client_id: str, value: Any, *, known: App | None = None) -> App:
    """Check an app registration as the control API takes it.

    ``{"secrets": [{"value", "expires"?}], "trustedKeys": [{"publicKey", "issuer"?, "subject"?, "audience"?}],
    "redirectUris": [...], "permissions": [...]}``. Where the last two are missing, those of the *known* app stay.

    Raises:
        Misfit: with the path of the first thing that is wrong.
    """
    fields = expect_object(value, ())
    secrets = expect_list(fields.get("secrets", []), ("secrets",))
    keys = expect_list(fields.get("trustedKeys", []), ("trustedKeys",))
    known = known or App(client_id)
    return App(
        client_id,
        tuple(_secret(secret, ("secrets", index)) for index, secret in enumerate(secrets)),
        tuple(_trusted_key(key, ("trustedKeys", index)) for index, key in enumerate(keys)),
        texts_in(fields, "redirectUris") if "redirectUris" in fields else known.redirect_uris,
        texts_in(fields, "permissions") if "permissions" in fields else known.permissions,
    )


def roles_from_json(value: Any) -> tuple[str, ...]:
    """Check the application permissions of a consent: ``{"roles": ["User.Read.All"]}``.

    Raises:
        Misfit: with the path of the first thing that is wrong.
    """
    return texts_in(expect_object(value, ()), "roles")


def texts_in(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the list of texts that *name* holds.

    Raises:
        Misfit: it is none.
    """
    texts = expect_list(fields.get(name), (name,))
    return tuple(expect_text(text, (name, index)) for index, text in enumerate(texts))


def _secret(value: Any, path: Path) -> Secret:
    fields = expect_object(value, path)
    expires = fields.get("expires")
    return Secret(
        expect_text(fields.get("value"), (*path, "value")),
        None if expires is None else moment_in(expires, (*path, "expires")),
    )


def moment_in(value: Any, path: Path) -> datetime:
    """Return the time that an ISO 8601 text says.

    Raises:
        Misfit: it is none, or does not say its time zone.
    """
    try:
        moment = datetime.fromisoformat(expect_text(value, path))
    except ValueError as failure:
        raise Misfit(path, "must be an ISO 8601 time") from failure
    if moment.tzinfo is None:
        raise Misfit(path, "must say its time zone")
    return moment


def _trusted_key(value: Any, path: Path) -> TrustedKey:
    fields = expect_object(value, path)
    named = {
        name: expect_text(fields[name], (*path, name))
        for name in ("issuer", "subject", "audience")
        if fields.get(name) is not None
    }
    pem = expect_text(fields.get("publicKey"), (*path, "publicKey"))
    try:
        load_public_key(pem)
    except ValueError as failure:
        raise Misfit((*path, "publicKey"), "must be a PEM certificate or public key, RSA") from failure
    return TrustedKey(pem, **named)
