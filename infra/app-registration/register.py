"""Bring the app registration into the state that application.json describes. Safe to repeat; standard library only.

azd runs it twice (azure.yaml): ``before`` provisioning it makes the registration and tells azd its client id;
``after`` it enters what only then is known: where the app is, and which managed identity stands in for a secret. It
needs ``az login`` by an Application Administrator. With ENTRA_APP_REGISTRATION=manual it leaves all to a person, see
README.md beside this file.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).resolve().parent
_PUBLIC_GRAPH = "https://graph.microsoft.com/v1.0"
_PUBLIC_AUTHORITY = "https://login.microsoftonline.com"
#  The registration's name in Microsoft Graph (learn.microsoft.com, "Upsert application"), kept before it is used, so
#  that a start that was broken off does not leave a second registration.
_NAME = "ENTRA_APP_UNIQUE_NAME"
_CLIENT_ID = "ENTRA_CLIENT_ID"
#  What Microsoft Graph says of an object that was made a moment ago and is not everywhere yet (learn.microsoft.com,
#  "Microsoft Entra architecture", replication), and how many seconds to wait before asking again.
_NOT_YET = (
    "Request_ResourceNotFound",
    "queried reference-property objects",
    "does not reference a valid application",
)
_WAITS = (0.5, 2.0, 5.0, 10.0, 15.0, 30.0)
_CALLBACKS = ("/api/connection/callback", "/.auth/login/aad/callback")


class CannotRegister(Exception):
    """What is missing, or what a command said that failed."""


def main(arguments: list[str]) -> int:
    """Carry out ``before`` or ``after``; return the exit status."""
    phases = {"before": before, "after": after}
    if len(arguments) != 1 or arguments[0] not in phases:
        print(f"Usage: register.py {' | '.join(phases)}", file=sys.stderr)
        return 2
    try:
        print(phases[arguments[0]](os.environ))
    except CannotRegister as exc:
        print(exc, file=sys.stderr)
        return 1
    return 0


def before(environ: Mapping[str, str]) -> str:
    """Make the registration as it is described, and tell azd its client id."""
    if _is_manual(environ):
        return f"The app registration {_given(environ, _CLIENT_ID)} is cared for by a person."
    graph = _graph(environ)
    if environ.get(_CLIENT_ID):
        url = _application(graph, environ)
        _patch(url, _described("application.json"))
    else:
        url = f"{graph}/applications(uniqueName='{_unique_name(environ)}')"
        _patch(url, _described("application.json"), create=True)
    client_id = str(_get(f"{url}?$select=appId")["appId"])
    _tell_azd(_CLIENT_ID, client_id)
    _patch(url, {"identifierUris": [f"api://{client_id}"]})
    #  Nobody is assigned to the app by hand: what people may do is said by their roles.
    _patch(f"{graph}/servicePrincipals(appId='{client_id}')", {"appRoleAssignmentRequired": False}, create=True)
    return f"The app registration {client_id} is as application.json describes it."


def after(environ: Mapping[str, str]) -> str:
    """Enter where the app is, and trust its managed identity."""
    if _is_manual(environ):
        return "Redirect addresses and the credential are entered by a person: infra/app-registration/README.md."
    url = _application(_graph(environ), environ)
    _patch(url, {"web": _web(environ, _get(f"{url}?$select=web").get("web") or {})})
    authority = (environ.get("ENTRA_AUTHORITY") or _PUBLIC_AUTHORITY).rstrip("/")
    credential = _described("federated-credential.json") | {
        "issuer": f"{authority}/{_given(environ, 'AZURE_TENANT_ID')}/v2.0",
        "subject": _given(environ, "SERVICE_API_IDENTITY_PRINCIPAL_ID"),
    }
    name = _given(environ, "SERVICE_API_NAME")
    _patch(f"{url}/federatedIdentityCredentials(name='{name}')", credential, create=True)
    return f"The app registration trusts the identity of {name}; people sign in at {_places(environ)[-1]}/portal."


def _is_manual(environ: Mapping[str, str]) -> bool:
    return environ.get("ENTRA_APP_REGISTRATION") == "manual"


def _graph(environ: Mapping[str, str]) -> str:
    return (environ.get("GRAPH_BASE_URL") or _PUBLIC_GRAPH).rstrip("/")


def _application(graph: str, environ: Mapping[str, str]) -> str:
    return f"{graph}/applications(appId='{_given(environ, _CLIENT_ID)}')"


def _unique_name(environ: Mapping[str, str]) -> str:
    if name := environ.get(_NAME):
        return name
    name = f"scheduled-syncs-{_given(environ, 'AZURE_ENV_NAME')}-{secrets.token_hex(4)}"
    _tell_azd(_NAME, name)
    return name


def _web(environ: Mapping[str, str], present: Mapping[str, Any]) -> dict[str, Any]:
    """Return where browsers may be sent back to: what is entered already, and this app's callbacks."""
    wanted = [f"{place}{callback}" for place in _places(environ) for callback in _CALLBACKS]
    known = list(present.get("redirectUris") or [])
    return {
        "redirectUris": [*known, *(uri for uri in wanted if uri not in known)],
        #  The platform's sign-in asks for an id token beside the code.
        "implicitGrantSettings": {"enableIdTokenIssuance": True, "enableAccessTokenIssuance": False},
    }


def _places(environ: Mapping[str, str]) -> list[str]:
    """Return the addresses of the app, the one that people are told last."""
    places = [_given(environ, "SERVICE_API_URI"), environ.get("PUBLIC_URL", "")]
    return list(dict.fromkeys(place.rstrip("/") for place in places if place))


def _given(environ: Mapping[str, str], name: str) -> str:
    if value := environ.get(name):
        return value
    raise CannotRegister(f"{name} is not set; see infra/app-registration/README.md.")


def _described(file: str) -> dict[str, Any]:
    return dict(json.loads((_HERE / file).read_text(encoding="utf-8")))


def _get(url: str) -> dict[str, Any]:
    return dict(json.loads(_rest("--method", "get", "--url", url)))


def _patch(url: str, body: Mapping[str, Any], *, create: bool = False) -> None:
    headers = ["Content-Type=application/json", *(["Prefer=create-if-missing"] if create else [])]
    _rest("--method", "patch", "--url", url, "--headers", *headers, "--body", json.dumps(body))


def _rest(*arguments: str) -> str:
    """Ask Microsoft Graph, again and again for about a minute while it does not know yet what was just made."""
    for seconds in _WAITS:
        try:
            return _run("az", "rest", *arguments)
        except CannotRegister as exc:
            if not any(words in str(exc) for words in _NOT_YET):
                raise
            time.sleep(seconds)
    return _run("az", "rest", *arguments)


def _tell_azd(name: str, value: str) -> None:
    _run("azd", "env", "set", name, value)


def _run(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as exc:
        raise CannotRegister(f"{command[0]} is needed, and not found: install it, try again.") from exc
    if done.returncode != 0:
        raise CannotRegister(f"`{' '.join(command[:5])} …` failed: {done.stderr.strip()}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
