"""The local sign-in: what browsers see of it, and what it tells the app."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from devkit.errors import DevkitError
from devkit.functions_host.people import Person, person_behind, read_people, session_of, write_people
from devkit.functions_host.sign_in import SignIn
from schedules_api.sign_in.principal import claims_of_principal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import httpx

    from tests.devkit_host.samples import Workbench

MANAGER = Person(
    "0b0f3d7e-3b55-4b43-8a35-3bd2f0d2f1aa", "Zoë Weber", "zoe@contoso.example", "t1", "Contoso", ("Manage",)
)
VISITOR = Person("5c4e1f0a-3b7d-4c58-9a66-0d1e2f3a4b5c", "Visitor", "visitor@fabrikam.example", "t2", "Fabrikam")
LOGIN = "/.auth/login/aad"
WHO = """
import json
@app.route(route="who")
async def who(req: func.HttpRequest) -> func.HttpResponse:
    told = {name: value for name, value in req.headers.items() if name.startswith("x-ms-")}
    return func.HttpResponse(json.dumps(told), mimetype="application/json")
"""


@pytest.fixture
def http(bench: Workbench) -> Mapping[str, Any]:
    """An app that repeats what it is told, behind a sign-in that knows two people."""
    bench.write(WHO)
    return {"sign_in": SignIn([MANAGER, VISITOR])}


async def sign_in(client: httpx.AsyncClient, back: str | None = None, **form: str) -> httpx.Response:
    query = {} if back is None else {"post_login_redirect_uri": back}
    return await client.post(LOGIN, params=query, data=form)


async def test_everybody_can_be_chosen_on_its_page(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        page = await hosted.http.get(LOGIN)

    assert page.headers["Content-Type"].startswith("text/html")
    assert re.findall(r'name="person" value="([^"]+)"', page.text) == [MANAGER.id, VISITOR.id]
    assert "Zoë Weber" in page.text


async def test_who_was_chosen_is_told_to_the_app_as_the_platform_does(
    bench: Workbench, http: Mapping[str, Any]
) -> None:
    async with bench.running(http=http) as hosted:
        await sign_in(hosted.http, person=MANAGER.id)
        told = (await hosted.http.get("/api/who")).json()

    assert told["x-ms-client-principal-id"] == MANAGER.id
    assert told["x-ms-client-principal-name"] == "zoe@contoso.example"
    assert told["x-ms-client-principal-idp"] == "aad"
    claims = claims_of_principal(told["x-ms-client-principal"])
    assert (claims["oid"], claims["tid"], claims["roles"], claims["name"]) == (
        MANAGER.id,
        "t1",
        ["Manage"],
        "Zoë Weber",
    )


async def test_the_session_is_kept_from_scripts_and_other_sites(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        answer = await sign_in(hosted.http, person=MANAGER.id)

    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(answer.headers["Set-Cookie"].split("; "))


async def test_somebody_else_has_a_name_a_tenant_and_a_role(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        await sign_in(hosted.http, name="Łukasz", tenant="t2", role="Manage")
        told = (await hosted.http.get("/api/who")).json()

    claims = json.loads(base64.b64decode(told["x-ms-client-principal"]))["claims"]
    assert {"typ": "name", "val": "Łukasz"} in claims
    assert {"typ": "roles", "val": "Manage"} in claims
    assert {"typ": "http://schemas.microsoft.com/identity/claims/tenantid", "val": "t2"} in claims


@pytest.mark.parametrize(
    "form",
    [{}, {"person": "nobody"}, {"name": " ", "tenant": "t1", "role": ""}, {"name": "A", "tenant": "t3", "role": ""}],
    ids=["nothing", "nobody", "no name", "another tenant"],
)
async def test_a_choice_that_is_none_is_asked_for_again(
    bench: Workbench, http: Mapping[str, Any], form: dict[str, str]
) -> None:
    async with bench.running(http=http) as hosted:
        answer = await sign_in(hosted.http, **form)

    assert answer.status_code == 400
    assert "Choose somebody" in answer.text
    assert "Set-Cookie" not in answer.headers


async def test_scripts_can_ask_who_is_signed_in(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        before = await hosted.http.get("/.auth/me")
        await sign_in(hosted.http, person=MANAGER.id)
        [told] = (await hosted.http.get("/.auth/me")).json()

    assert before.status_code == 401
    assert (told["provider_name"], told["user_id"]) == ("aad", "zoe@contoso.example")
    assert {"typ": "name", "val": "Zoë Weber"} in told["user_claims"]


async def test_signing_out_ends_the_session(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        await sign_in(hosted.http, person=MANAGER.id)
        answer = await hosted.http.get("/.auth/logout", params={"post_logout_redirect_uri": "/portal"})
        told = (await hosted.http.get("/api/who")).json()

    assert (answer.status_code, answer.headers["Location"]) == (302, "/portal")
    assert told == {}


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        (None, "/"),
        ("/portal/groups/sales?tab=runs#latest", "/portal/groups/sales?tab=runs#latest"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("/\t/elsewhere.example/", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
        ("portal", "/"),
        ("", "/"),
    ],
)
async def test_one_is_led_back_to_this_host_alone(
    bench: Workbench, http: Mapping[str, Any], asked: str | None, led: str
) -> None:
    async with bench.running(http=http) as hosted:
        answer = await sign_in(hosted.http, asked, person=MANAGER.id)

    assert (answer.status_code, answer.headers["Location"]) == (302, led)


async def test_signing_out_leads_to_this_host_alone(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        answer = await hosted.http.get("/.auth/logout", params={"post_logout_redirect_uri": "//elsewhere.example"})

    assert answer.headers["Location"] == "/.auth/logout/complete"


async def test_what_is_asked_for_is_no_markup(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        page = await hosted.http.get(f'{LOGIN}?post_login_redirect_uri="><script>alert(1)</script>')

    assert "<script" not in page.text


async def test_a_client_cannot_say_who_it_is(bench: Workbench, http: Mapping[str, Any]) -> None:
    async with bench.running(http=http) as hosted:
        told = await hosted.http.get("/api/who", headers={"X-MS-CLIENT-PRINCIPAL": "e30="})

    assert told.json() == {}


async def test_without_the_option_there_is_no_sign_in(bench: Workbench) -> None:
    bench.write(WHO)

    async with bench.running() as hosted:
        assert (await hosted.http.get(LOGIN)).status_code == 404
        assert (await hosted.http.get("/.auth/me")).status_code == 404


@pytest.mark.parametrize("session", ["", "%", "bm9uc2Vuc2U=", "e30=", "W10=", "eyJpZCI6IDF9"])
def test_a_session_that_was_never_given_is_nobodys(session: str) -> None:
    assert person_behind(session) is None


def test_a_session_is_its_persons() -> None:
    assert person_behind(session_of(MANAGER)) == MANAGER


def test_people_are_kept_in_a_file(tmp_path: Path) -> None:
    write_people(tmp_path / "people.json", (MANAGER, VISITOR))

    assert read_people(tmp_path / "people.json") == (MANAGER, VISITOR)


@pytest.mark.parametrize(
    "text", ["{}", '{"people": []}', '{"people": [{}]}', '{"people": [7]}', '{"people": {"a": 1}}']
)
def test_a_file_that_names_nobody_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "people.json"
    file.write_text(text)

    with pytest.raises(DevkitError, match="people"):
        read_people(file)
