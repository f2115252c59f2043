"""From an HTTP request to what the http converters read, and from what they write to a response."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import CIMultiDict

from devkit.functions_host.client_principal import is_identity_header
from devkit.functions_host.converters import datum

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from azure.functions.meta import Datum

_SERVER_ERROR = 500
#  The server writes these itself, from the body that it really sends.
_FRAMING = ("content-length", "transfer-encoding", "connection")


def request_datum(
    request: web.Request, body: bytes, *, route_params: Mapping[str, str], identity: Mapping[str, str]
) -> Datum:
    """Return the request for the converter; *identity* replaces what clients claim to be."""
    headers = ((name.lower(), value) for name, value in request.headers.items())
    return datum(
        "http",
        {
            "method": datum("string", request.method),
            "url": datum("string", f"{request.scheme}://{request.host}{request.raw_path}"),
            "headers": _strings({**_joined(pair for pair in headers if not is_identity_header(pair[0])), **identity}),
            "query": _strings(_query(request.raw_path)),
            "params": _strings(route_params),
            "body": datum("bytes", body),
        },
    )


def response_from(raw: Datum | None) -> web.Response:
    """Return the response behind the converter's value; none at all is a server error without a body."""
    if raw is None:
        return web.Response(status=_SERVER_ERROR)
    if raw.type != "http":
        return _text_response(str(raw.value))
    headers: CIMultiDict[str] = CIMultiDict()
    for name, value in raw.value["headers"].items():
        if name.lower() not in _FRAMING:
            headers.add(name, value.value)
    for cookie in raw.value["cookies"] or ():
        for morsel in cookie.values():
            headers.add("Set-Cookie", morsel.OutputString())
    return web.Response(status=int(raw.value["status_code"].value), headers=headers, body=raw.value["body"].value)


def _text_response(text: str) -> web.Response:
    #  A text that is a JSON object with a body or a status is taken for a response:
    #  Azure/azure-webjobs-sdk-script, HttpBinding.cs.
    described = _described(text)
    if described is None:
        return web.Response(text=text)
    body = described.get("body")
    return web.Response(
        status=int(described.get("statusCode") or described.get("status") or 200),
        headers={str(name): str(value) for name, value in (described.get("headers") or {}).items()},
        text=body if isinstance(body, str) else json.dumps(body) if body is not None else "",
    )


def _described(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    known = {"body", "status", "statusCode"}
    return value if isinstance(value, dict) and known & value.keys() else None


def _query(raw_path: str) -> dict[str, str]:
    query = raw_path.partition("?")[2]
    joined = _joined(parse_qsl(query, keep_blank_values=True))
    return {name: value for name, value in joined.items() if value}


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _strings(values: Mapping[str, str]) -> dict[str, Datum]:
    return {name: datum("string", value) for name, value in values.items()}
