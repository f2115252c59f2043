"""Who calls, and which of their roles count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schedules_api.callers import Caller, Role
from schedules_api.sign_in.principal import HEADER, claims_of_principal
from schedules_api.sign_in.refusals import not_signed_in, token_invalid
from schedules_api.sign_in.same_origin import require_same_origin
from sync_core.domain.ids import TenantId, is_guid

if TYPE_CHECKING:
    from collections.abc import Mapping

    import azure.functions as func

    from sync_core.flows.services import Services
    from sync_core.settings import ApiSettings, Settings

_LONGEST_NAME = 256


async def caller_of(request: func.HttpRequest, *, settings: Settings, services: Services) -> Caller:
    """Return who calls: by the token, or by the platform's sign-in where that is on and there is no token.

    Raises:
        Problem: ``not-signed-in``, ``token-invalid`` or ``cross-site``.
        TryAgainLater: the keys that verify tokens cannot be had.
    """
    authorization = request.headers.get("Authorization")
    if authorization is not None:
        from schedules_api.sign_in.bearer import claims_in  # noqa: PLC0415  cryptography loads when it is needed

        #  A developer's clock may be moved; the times of tokens stay real.
        now = services.clock.now() - settings.clock_offset
        claims = await claims_in(authorization, keys=services.signing_keys, api=settings.api, now=now)
        return _by_token(claims, settings.api)
    header = request.headers.get(HEADER)
    if header is None or not settings.api.platform_signs_in:
        raise not_signed_in()
    caller = _by_header(claims_of_principal(header))
    require_same_origin(request)
    return caller


def _by_token(claims: Mapping[str, Any], api: ApiSettings) -> Caller:
    app_only = _is_app_only(claims)
    #  Without an object id only an app can be told apart from others: by its own id.
    ids = (claims.get("oid"), claims["azp"]) if app_only else (claims.get("oid"),)
    who = next(filter(is_guid, ids), None)
    if who is None:
        raise token_invalid("The token names nobody by object id.")
    roles = _roles_in(claims.get("roles"))
    if not (app_only and _is_platform(claims, api)):
        roles -= {Role.PLATFORM}
    return Caller(who.lower(), _tenant_in(claims), roles, name=_name_in(claims))


def _by_header(claims: Mapping[str, Any]) -> Caller:
    who = claims.get("oid")
    if not is_guid(who) or not is_guid(claims.get("tid")):
        raise not_signed_in("The platform's sign-in does not say who you are, or of which tenant.")
    roles = _roles_in(claims.get("roles")) - {Role.PLATFORM}
    return Caller(who.lower(), _tenant_in(claims), roles, by_header=True, name=_name_in(claims))


def _is_platform(claims: Mapping[str, Any], api: ApiSettings) -> bool:
    return claims["tid"].lower() == api.platform_tenant_id and claims["azp"].lower() in api.platform_client_ids


def _is_app_only(claims: Mapping[str, Any]) -> bool:
    """Tell a token that an app got for itself from one that it got for a person.

    ``idtyp`` says so where the API asks for that optional claim: learn.microsoft.com, "Secure applications and APIs
    by validating claims". Without it, such a token has no scopes, and its subject is the app's own object: "Protected
    web API: Verify scopes and app roles".
    """
    kind = claims.get("idtyp")
    if kind is not None:
        return bool(kind == "app")
    return "scp" not in claims and is_guid(claims.get("oid")) and claims.get("sub") == claims.get("oid")


def _roles_in(value: Any) -> frozenset[Role]:
    """Return those of the roles that we know; an app may have others."""
    given = value if isinstance(value, list) else []
    return frozenset(role for role in Role if role.value in given)


def _tenant_in(claims: Mapping[str, Any]) -> TenantId:
    return TenantId(claims["tid"].lower())


def _name_in(claims: Mapping[str, Any]) -> str:
    """Return the name to show, which decides nothing; empty where there is none that can be printed."""
    name = claims.get("name")
    return name[:_LONGEST_NAME] if isinstance(name, str) and name.isprintable() else ""
