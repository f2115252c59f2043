"""Admin consent: what the page shows, where its answer goes, and when what was granted takes effect."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.devkit.simulated import CLIENT, ROLES, SECRET, TENANT, tenant_of

if TYPE_CHECKING:
    import httpx

    from tests.devkit.simulated import Simulated

BACK = "http://localhost/api/connection/callback"
OTHER = "5f1d2c3b-0000-4000-8000-00000000000f"
ASKED = {
    "client_id": CLIENT,
    "redirect_uri": BACK,
    "state": "a <state> & more",
    "scope": "https://graph.microsoft.com/.default",
}


@pytest.fixture
async def unasked(entra: Simulated) -> Simulated:
    """A tenant that has not consented to the app."""
    await entra.control.register_app(CLIENT, secrets=[SECRET], redirect_uris=[BACK], permissions=ROLES)
    await entra.control.load_tenant(TENANT, tenant_of())
    return entra


async def show(entra: Simulated, where: str = TENANT, **changes: str) -> httpx.Response:
    return await entra.http.get(f"{entra.url}/{where}/v2.0/adminconsent", params={**ASKED, **changes})


async def decide(entra: Simulated, decision: str, where: str = TENANT, **changes: str) -> httpx.Response:
    form = {**ASKED, "decision": decision, **changes}
    return await entra.http.post(f"{entra.url}/{where}/v2.0/adminconsent", data=form)


def told(answer: httpx.Response) -> dict[str, str]:
    """Return what the redirect tells the app, if it goes to where the app wanted it."""
    assert answer.status_code == 303
    address = urlsplit(answer.headers["Location"])
    assert address._replace(query="").geturl() == BACK
    return {name: value for name, [value] in parse_qs(address.query, strict_parsing=True).items()}


class Page(HTMLParser):
    """What a page holds: values by field, the buttons' words, the headings, the language."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.buttons: list[str] = []
        self.headings: list[str] = []
        self.language = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._inside = tag
        if tag == "html":
            self.language = named["lang"] or ""
        if tag == "input":
            self.fields.setdefault(named["name"] or "", []).append(named["value"] or "")

    def handle_data(self, data: str) -> None:
        {"button": self.buttons, "h1": self.headings}.get(self._inside, []).append(data.strip())

    def handle_endtag(self, _: str) -> None:
        self._inside = ""


async def test_the_page_asks_with_two_buttons_and_sends_everything_again(unasked: Simulated) -> None:
    answer = await show(unasked)

    page = Page(answer.text)
    assert (answer.status_code, page.language, page.buttons) == (200, "en", ["Accept", "Cancel"])
    assert page.headings == ["Permissions requested"]
    assert {name: value for name, [value] in page.fields.items()} == ASKED
    assert all(role in answer.text for role in ROLES)


async def test_to_look_at_the_page_grants_nothing(unasked: Simulated) -> None:
    await show(unasked)

    assert (await unasked.ask_token()).status_code == 401


async def test_accepting_tells_the_app_the_tenant_and_gives_the_state_back(unasked: Simulated) -> None:
    answer = told(await decide(unasked, "accept"))

    assert answer.pop("scope").split() == [f"https://graph.microsoft.com/{role}" for role in ROLES]
    assert answer == {"admin_consent": "True", "tenant": TENANT, "state": ASKED["state"]}


async def test_what_was_accepted_is_in_the_next_token(unasked: Simulated) -> None:
    await decide(unasked, "accept")

    token = (await unasked.ask_token()).json()["access_token"]

    assert unasked.server.simulation.signer.check(f"Bearer {token}").roles == set(ROLES)


async def test_cancelling_tells_the_app_so_and_grants_nothing(unasked: Simulated) -> None:
    answer = told(await decide(unasked, "cancel"))

    assert (answer["error"], answer["state"]) == ("access_denied", ASKED["state"])
    assert answer["error_description"].startswith("AADSTS65004: ")
    assert (await unasked.ask_token()).status_code == 401


async def test_a_request_without_state_gets_none_back(unasked: Simulated) -> None:
    form = {name: value for name, value in ASKED.items() if name != "state"} | {"decision": "accept"}

    answer = await unasked.http.post(f"{unasked.url}/{TENANT}/v2.0/adminconsent", data=form)

    assert "state" not in told(answer)


@pytest.mark.parametrize("any_tenant", ["organizations", "common"])
async def test_of_several_tenants_the_admin_chooses_one(unasked: Simulated, any_tenant: str) -> None:
    await unasked.control.load_tenant(OTHER, tenant_of())

    page = Page((await show(unasked, any_tenant)).text)
    undecided = await decide(unasked, "accept", any_tenant)
    answer = told(await decide(unasked, "accept", any_tenant, tenant=OTHER))

    assert page.fields["tenant"] == [TENANT, OTHER]
    assert undecided.status_code == 400
    assert answer["tenant"] == OTHER
    assert (await unasked.ask_token()).status_code == 401


async def test_who_cancels_needs_to_choose_no_tenant(unasked: Simulated) -> None:
    await unasked.control.load_tenant(OTHER, tenant_of())

    assert told(await decide(unasked, "cancel", "organizations"))["error"] == "access_denied"


async def test_the_only_tenant_there_is_needs_no_choice(unasked: Simulated) -> None:
    page = Page((await show(unasked, "organizations")).text)

    assert "tenant" not in page.fields
    assert told(await decide(unasked, "accept", "organizations"))["tenant"] == TENANT


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_id": "somebody"}, "AADSTS700016"),
        ({"redirect_uri": "https://evil.example/api/connection/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost/elsewhere"}, "AADSTS50011"),
        ({"redirect_uri": "https://localhost/api/connection/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://127.0.0.1/api/connection/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost:x/api/connection/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://you@localhost/api/connection/callback"}, "AADSTS50011"),
        ({"redirect_uri": "http://[/"}, "AADSTS50011"),
        ({"scope": "https://graph.microsoft.com/User.Read.All"}, "AADSTS1002012"),
        ({"scope": "https://vault.azure.net/.default"}, "AADSTS500011"),
    ],
)
@pytest.mark.parametrize("decided", [False, True])
async def test_what_may_not_be_answered_to_the_app_is_an_error_page(
    unasked: Simulated, changes: dict[str, str], said: str, *, decided: bool
) -> None:
    answer = await (decide(unasked, "accept", **changes) if decided else show(unasked, **changes))

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert said in answer.text
    assert "Location" not in answer.headers


async def test_an_unknown_tenant_is_an_error_page(unasked: Simulated) -> None:
    answer = await show(unasked, "nobody")

    assert answer.status_code == 400
    assert "AADSTS90002" in answer.text


async def test_another_decision_is_an_error_page(unasked: Simulated) -> None:
    assert (await decide(unasked, "perhaps")).status_code == 400


async def test_on_this_machine_the_app_may_listen_on_any_port(unasked: Simulated) -> None:
    """It listens on a free one, which cannot be registered beforehand."""
    answer = await decide(unasked, "accept", redirect_uri=BACK.replace("localhost", "localhost:7071"))

    assert answer.headers["Location"].startswith("http://localhost:7071/api/connection/callback?admin_consent=True&")


async def test_a_query_of_the_redirect_address_stays(unasked: Simulated) -> None:
    await unasked.control.register_app(CLIENT, redirect_uris=["https://app.example/back?from=entra"])

    answer = await decide(unasked, "cancel", redirect_uri="https://app.example/back?from=entra")

    assert answer.headers["Location"].startswith("https://app.example/back?from=entra&admin_consent=True&")


async def test_nothing_that_was_sent_becomes_a_part_of_the_page(unasked: Simulated) -> None:
    shown = await show(unasked, state='"><script>alert(1)</script>')
    refused = await show(unasked, client_id="<script>alert(1)</script>")

    assert "<script>" not in shown.text + refused.text


async def test_roles_that_arrive_late_are_missing_from_the_first_tokens(unasked: Simulated) -> None:
    """Graph knows the token, and says that it allows nothing."""
    await unasked.control.delay_consents(seconds=120)
    await decide(unasked, "accept")

    early = await users_seen_with(unasked, await new_token(unasked))
    await unasked.control.set_clock(offset_seconds=121)
    late = await users_seen_with(unasked, await new_token(unasked))

    assert (early, late) == (403, 200)


async def test_a_token_from_before_the_roles_arrived_stays_without(unasked: Simulated) -> None:
    await unasked.control.delay_consents(seconds=120)
    await decide(unasked, "accept")
    token = await new_token(unasked)

    await unasked.control.set_clock(offset_seconds=121)

    assert await users_seen_with(unasked, token) == 403


async def test_a_second_consent_does_not_take_away_what_is_in_effect(unasked: Simulated) -> None:
    await decide(unasked, "accept")
    await unasked.control.delay_consents(seconds=120)

    await decide(unasked, "accept")

    assert await users_seen_with(unasked, await new_token(unasked)) == 200


async def test_a_revoked_consent_does_not_come_back_with_roles_that_were_late(unasked: Simulated) -> None:
    await unasked.control.delay_consents(seconds=120)
    await decide(unasked, "accept")

    await unasked.control.revoke_consent(TENANT, CLIENT)
    await unasked.control.set_clock(offset_seconds=121)
    revoked = await unasked.ask_token()
    await decide(unasked, "accept")

    assert revoked.status_code == 401
    assert await users_seen_with(unasked, await new_token(unasked)) == 403


async def new_token(entra: Simulated) -> str:
    return str((await entra.ask_token()).json()["access_token"])


async def users_seen_with(entra: Simulated, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return (await entra.http.get(f"{entra.url}/v1.0/users", headers=headers)).status_code
