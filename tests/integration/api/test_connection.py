"""The connection over HTTP: a link is told once, an administrator comes back by it, and it is seen what became."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sync_core.adapters.entra.failures import refused
from sync_core.adapters.tables.names import WORKSPACES
from sync_core.ports import RowWrite
from tests.fakes.world import TENANT, WORKSPACE
from tests.integration.api.callers import READER, STRANGER
from tests.integration.api.client import SETTINGS, Answered, Api

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fakes.world import World

CONNECTION = "/api/workspaces/acme/connection"
CALLBACK = "/api/connection/callback"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
HERE = "https://syncs.example"


@pytest.fixture
def api(api: Api) -> Api:
    return Api(api.services, replace(SETTINGS, public_url=HERE))


async def start(api: Api) -> dict[str, str]:
    """Start the connection; return the parameters of the consent page's address."""
    started = await api.call("POST", CONNECTION)
    assert started.status == 201
    return {name: values[0] for name, values in parse_qs(urlsplit(started.json["consentUrl"]).query).items()}


async def come_back(
    api: Api, state: str, *, browser: bool = False, more: Mapping[str, str] | None = None
) -> Answered:
    """Open the callback as Entra ID lets a browser do after a yes, with *more*; what is empty is left out."""
    said = {
        "admin_consent": "True",
        "tenant": TENANT,
        "state": state,
        "scope": "https://graph.microsoft.com//.default",
    }
    query = urlencode({name: value for name, value in {**said, **(more or {})}.items() if value})
    return await api.call("GET", f"{CALLBACK}?{query}", headers=BROWSER if browser else {}, caller=None)


async def test_starting_gives_the_address_of_the_tenants_consent_page(api: Api) -> None:
    started = await api.call("POST", CONNECTION)
    address = urlsplit(started.json["consentUrl"])
    query = parse_qs(address.query)

    assert (started.status, started.headers["Location"]) == (201, CONNECTION)
    assert started.json["tenantId"] == TENANT
    assert started.json["expiresAt"] == "2026-11-23T01:00:00Z"
    assert f"{address.scheme}://{address.netloc}" == SETTINGS.entra.authority
    assert address.path == f"/{TENANT}/v2.0/adminconsent"
    assert sorted(query) == ["client_id", "redirect_uri", "scope", "state"]
    assert query["client_id"] == [SETTINGS.entra.client_id]
    assert query["scope"] == ["https://graph.microsoft.com/.default"]
    assert query["redirect_uri"] == [f"{HERE}{CALLBACK}"]


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Original-Host", "Forwarded", "Origin"])
async def test_who_asks_does_not_choose_where_the_administrator_comes_back(api: Api, header: str) -> None:
    started = await api.call("POST", CONNECTION, headers={header: "evil.example"})

    assert "evil.example" not in started.text


async def test_the_link_is_told_once(api: Api) -> None:
    state = (await start(api))["state"]

    shown = await api.get(CONNECTION)

    assert state not in shown.text
    assert "consentUrl" not in shown.text
    assert shown.json["consent"] == {
        "state": "open",
        "expiresAt": "2026-11-23T01:00:00Z",
        "code": "",
        "reason": "",
        "fix": "",
    }


async def test_a_workspace_that_was_never_connected_says_so(api: Api, world: World) -> None:
    await world.tables.write(WORKSPACES, WORKSPACE, [RowWrite("delete", "connection", {})])

    assert (await api.get(CONNECTION)).json == {
        "status": "none",
        "tenantId": None,
        "since": None,
        "code": "",
        "reason": "",
        "fix": "",
        "triedAt": None,
        "consent": None,
    }


async def test_from_the_link_to_the_connection(api: Api) -> None:
    await api.call("DELETE", CONNECTION)
    state = (await start(api))["state"]
    assert (await api.get(CONNECTION)).json["status"] == "pending"

    came_back = await come_back(api, state)
    shown = await api.get(CONNECTION)

    assert (came_back.status, came_back.kind) == (200, "application/json")
    assert came_back.json == shown.json
    assert (shown.json["status"], shown.json["tenantId"]) == ("connected", TENANT)
    assert shown.json["consent"]["state"] == "granted"


async def test_a_browser_gets_a_page_that_runs_and_loads_nothing(api: Api) -> None:
    page = await come_back(api, (await start(api))["state"], browser=True)

    assert (page.status, page.kind) == (200, "text/html")
    assert "<h1>Entra ID is connected</h1>" in page.text
    assert "<script" not in page.text
    assert "http" not in page.text
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    assert sorted(page.headers["Content-Security-Policy"].split("; ")) == [
        "base-uri 'none'",
        "default-src 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        f"style-src 'sha256-{hashed}'",
    ]
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


async def test_the_page_says_that_it_takes_a_while(api: Api, world: World) -> None:
    world.entra.refusal = refused("permission-missing")

    page = await come_back(api, (await start(api))["state"], browser=True)

    assert page.status == 200
    assert "<h1>Entra ID is being connected</h1>" in page.text


async def test_the_page_says_what_to_do_after_a_no(api: Api) -> None:
    state = (await start(api))["state"]

    said = {"tenant": "", "error": "access_denied", "error_description": "AADSTS65004: <b>Mallory</b>"}
    page = await come_back(api, state, browser=True, more=said)

    assert page.status == 200
    assert "<h1>Entra ID stays connected as it was</h1>" in page.text
    assert "did not consent" in page.text
    assert "Connect Entra ID again" in page.text
    assert "Mallory" not in page.text
    assert "AADSTS" not in page.text


async def test_the_page_says_what_a_no_means_for_who_was_not_connected(api: Api) -> None:
    await api.call("DELETE", CONNECTION)

    page = await come_back(api, (await start(api))["state"], browser=True, more={"error": "access_denied"})

    assert "<h1>Entra ID is not connected</h1>" in page.text


@pytest.mark.parametrize(
    "more",
    [
        {"error": "access_denied"},
        {"admin_consent": ""},
        {"admin_consent": "False"},
    ],
    ids=["an error beside the consent", "no consent", "a no"],
)
async def test_nothing_but_a_yes_is_a_yes(api: Api, world: World, more: dict[str, str]) -> None:
    await api.call("DELETE", CONNECTION)

    answered = await come_back(api, (await start(api))["state"], more=more)

    assert (answered.json["status"], answered.json["code"]) == ("failed", "consent-denied")
    assert world.entra.asked == 0


async def test_the_page_may_come_with_more_than_is_known_today(api: Api) -> None:
    answered = await come_back(
        api, (await start(api))["state"], more={"session_state": "x", "client_info": "y" * 3000}
    )

    assert answered.status == 200


@pytest.mark.parametrize("browser", [False, True])
async def test_a_link_that_was_used_is_gone(api: Api, *, browser: bool) -> None:
    state = (await start(api))["state"]
    await come_back(api, state)

    again = await come_back(api, state, browser=browser)

    assert again.status == 410
    assert browser or again.problem == "consent-link-used"
    assert state not in again.text


@pytest.mark.parametrize("browser", [False, True])
@pytest.mark.parametrize(
    "state", ["acme." + "A" * 43, "nobody." + "A" * 43, "<script>alert(1)</script>", "a'b", "%00", "ä"], ids=ascii
)
async def test_a_state_that_nobody_gave_out_is_told_nothing(api: Api, state: str, *, browser: bool) -> None:
    await start(api)

    answered = await come_back(api, state, browser=browser)

    assert answered.status == 400
    assert browser or answered.problem == "consent-link-unknown"
    assert state not in answered.text
    assert TENANT not in answered.text


async def test_every_wrong_state_reads_the_same(api: Api) -> None:
    await start(api)

    of_ours, of_nobody, none = [
        await come_back(api, state, browser=True) for state in ("acme." + "A" * 43, "nobody." + "A" * 43, "x")
    ]

    assert of_ours.text == of_nobody.text == none.text


@pytest.mark.parametrize("query", ["", "state=", "tenant=x", f"state={'a' * 201}", "state=a&state=b", "state=%ff"])
async def test_a_callback_that_is_none_is_refused(api: Api, query: str) -> None:
    answered = await api.call("GET", f"{CALLBACK}?{query}", caller=None)

    assert answered.status == 400
    assert answered.problem in {"invalid-request", "consent-link-unknown"}


async def test_looking_at_a_link_does_not_use_it_up(api: Api) -> None:
    """Scanners of messages and browsers look at addresses before anybody opens them."""
    state = (await start(api))["state"]

    looked = await api.call("HEAD", f"{CALLBACK}?state={state}&admin_consent=True&tenant={TENANT}", caller=None)

    assert (looked.status, looked.text) == (200, "")
    assert (await come_back(api, state)).json["status"] == "connected"


async def test_disconnecting_answers_alike_each_time(api: Api) -> None:
    answers = [await api.call("DELETE", CONNECTION) for _ in range(2)]

    assert [answer.status for answer in answers] == [204, 204]
    assert (await api.get(CONNECTION)).json["status"] == "disconnected"


async def test_who_may_only_read_sees_the_connection_and_changes_nothing(api: Api) -> None:
    assert (await api.get(CONNECTION, caller=READER)).status == 200
    for method in ("POST", "DELETE"):
        answered = await api.call(method, CONNECTION, caller=READER)
        assert (answered.status, answered.problem) == (403, "role-needed")

    assert (await api.get(CONNECTION)).json["status"] == "connected"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_strangers_do_not_learn_that_there_is_a_connection(api: Api, method: str) -> None:
    answered = await api.call(method, CONNECTION, caller=STRANGER)

    assert (answered.status, answered.problem) == (404, "workspace-not-found")
