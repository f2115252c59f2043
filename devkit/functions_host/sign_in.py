"""App Service authentication's face for local browsers: one chooses who to be, and is that person by a cookie.

Sources: learn.microsoft.com, "Customize sign-in and sign-out in Azure App Service authentication" and "Work with user
identities in Azure App Service authentication". Requests without a session go on as nobody's, as they do on the
platform where unauthenticated requests are allowed. No tokens are kept, and nothing expires.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from aiohttp import web

from devkit.functions_host.client_principal import headers_of
from devkit.functions_host.people import person_behind, session_of, somebody
from devkit.functions_host.sign_in_page import sign_in_page, signed_out_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from devkit.functions_host.people import Person

COOKIE = "AppServiceAuthSession"
LOGIN = "/.auth/login/aad"
LOGOUT = "/.auth/logout"
_SIGNED_OUT = "/.auth/logout/complete"
_AFTER_LOGIN = "post_login_redirect_uri"
_AFTER_LOGOUT = "post_logout_redirect_uri"
#  A path here: browsers take "//" and "/\" for another host, and leave out tabs and line ends first.
_PATH_HERE = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


class SignIn:
    """Lets browsers be one of *people*, or somebody else of their tenants."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = tuple(people)
        self._tenants = {person.tenant: person.tenant_name for person in people}
        self._roles = sorted({role for person in people for role in person.roles})

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Register the platform's routes."""
        router.add_get(LOGIN, self._offer)
        router.add_post(LOGIN, self._sign_in)
        router.add_get("/.auth/me", self._tell)
        router.add_get(LOGOUT, self._sign_out)
        router.add_get(_SIGNED_OUT, self._signed_out)

    def identity(self, request: web.Request) -> Mapping[str, str]:
        """Return the headers that tell the app who sends *request*; none for nobody."""
        person = _who(request)
        return {} if person is None else headers_of(person.principal)

    async def _offer(self, request: web.Request) -> web.Response:
        page = sign_in_page(
            self._people, tenants=self._tenants, roles=self._roles, action=request.path_qs, refusal=None
        )
        return _page(page)

    async def _sign_in(self, request: web.Request) -> web.Response:
        person = self._chosen(await request.post())
        if person is None:
            sentence = "Choose somebody, or say a name."
            page = sign_in_page(
                self._people, tenants=self._tenants, roles=self._roles, action=request.path_qs, refusal=sentence
            )
            return _page(page, status=400)
        answer = _redirect(_path_here(request.query.get(_AFTER_LOGIN), usual="/"))
        answer.set_cookie(COOKIE, session_of(person), path="/", httponly=True, samesite="Lax")
        return answer

    def _chosen(self, form: Mapping[str, object]) -> Person | None:
        chosen = next((person for person in self._people if person.id == form.get("person")), None)
        if "person" in form:
            return chosen
        name, tenant, role = (str(form.get(field, "")).strip() for field in ("name", "tenant", "role"))
        if not name or tenant not in self._tenants or role not in {*self._roles, ""}:
            return None
        return somebody(name, tenant=tenant, tenant_name=self._tenants[tenant], role=role or None)

    async def _tell(self, request: web.Request) -> web.Response:
        person = _who(request)
        if person is None:
            return web.Response(status=401)
        entry = {"provider_name": "aad", "user_claims": person.claims, "user_id": person.user_name}
        return web.json_response([entry], headers={"Cache-Control": "no-store"})

    async def _sign_out(self, request: web.Request) -> web.Response:
        answer = _redirect(_path_here(request.query.get(_AFTER_LOGOUT), usual=_SIGNED_OUT))
        answer.del_cookie(COOKIE, path="/")
        return answer

    async def _signed_out(self, _: web.Request) -> web.Response:
        return _page(signed_out_page())


def _who(request: web.Request) -> Person | None:
    session = request.cookies.get(COOKIE)
    return None if session is None else person_behind(session)


def _path_here(address: str | None, *, usual: str) -> str:
    """Return *address* where it is a path of this host, and else the *usual* one."""
    return address if address is not None and _PATH_HERE.fullmatch(address) else usual


def _redirect(path: str) -> web.Response:
    return web.Response(status=302, headers={"Location": path, "Cache-Control": "no-store"})


def _page(text: str, *, status: int = 200) -> web.Response:
    return web.Response(text=text, content_type="text/html", status=status, headers={"Cache-Control": "no-store"})
