"""What every answer of the simulated Graph carries, and what is recorded of it."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from azure.identity.aio import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from tests.devkit.simulated import CLIENT, EVENTUAL, SECRET, TENANT, group

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.devkit.simulated import Simulated

#  The SDK warns about classes of its own while it imports itself (msgraph-sdk 1.65.0, kiota 1.16.0).
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:(msgraph|kiota_abstractions)")


@pytest.fixture
async def sdk(entra: Simulated) -> AsyncIterator[GraphServiceClient]:
    """The SDK's own client and credential, on an HTTP client that trusts the simulator."""
    credential = ClientSecretCredential(
        TENANT,
        CLIENT,
        SECRET,
        authority=entra.url,
        disable_instance_discovery=True,
        connection_verify=str(entra.server.authority_file),
    )
    scopes = ["https://graph.microsoft.com/.default"]
    adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(credential, scopes=scopes), client=entra.http)
    adapter.base_url = f"{entra.url}/v1.0"
    async with credential:
        yield GraphServiceClient(request_adapter=adapter)


async def test_the_sdk_reads_members_of_each_kind(entra: Simulated, sdk: GraphServiceClient) -> None:
    await entra.load(group("g", "u1", "device:d"), users="u1")

    page = await sdk.groups.by_group_id("g").members.get()

    assert page is not None
    assert [type(member).__name__ for member in page.value or []] == ["Device", "User"]


async def test_the_sdk_understands_a_refusal(entra: Simulated, sdk: GraphServiceClient) -> None:
    await entra.load()

    with pytest.raises(ODataError) as refused:
        await sdk.groups.by_group_id("nobody").get()

    assert refused.value.response_status_code == 404
    assert refused.value.error is not None
    assert refused.value.error.code == "Request_ResourceNotFound"


async def test_an_answer_has_an_id_and_repeats_that_of_the_caller(entra: Simulated) -> None:
    await entra.load()

    answer = await entra.get("/groups", headers={"client-request-id": "mine"})

    assert UUID(answer.headers["request-id"])
    assert answer.headers["client-request-id"] == "mine"


async def test_without_an_id_of_the_caller_both_are_the_same(entra: Simulated) -> None:
    await entra.load()

    answer = await entra.get("/groups")

    assert answer.headers["client-request-id"] == answer.headers["request-id"]


async def test_an_error_repeats_the_ids_and_has_a_date_without_a_zone(entra: Simulated) -> None:
    await entra.load()

    answer = await entra.get("/groups/nobody", headers={"client-request-id": "mine"})

    inner = answer.json()["error"]["innerError"]
    assert (inner["request-id"], inner["client-request-id"]) == (answer.headers["request-id"], "mine")
    assert len(inner["date"]) == len("2026-01-01T00:00:00")


async def test_a_refused_token_comes_with_a_challenge(entra: Simulated) -> None:
    answer = await entra.http.get(f"{entra.url}/v1.0/groups")

    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    ("path", "units"),
    [
        ("/groups/g/members", 3),
        ("/groups/g/members?$select=id", 2),
        ("/groups/g/members?$select=id&$top=19", 1),
        ("/groups/g/members?$select=id&$top=20", 2),
        ("/groups/g/transitiveMembers", 5),
        ("/groups/g/transitiveMembers?$select=id", 4),
        ("/users", 2),
        ("/users?$select=id", 1),
        ("/users/u1", 1),
        ("/users/u1?$select=id", 1),
        ("/groups/g", 1),
        ("/groups/g/members/$count", 1),
    ],
)
async def test_reads_cost_what_the_throttling_page_says(entra: Simulated, path: str, units: int) -> None:
    await entra.load(group("g", "u1"), users="u1")

    answer = await entra.get(path, headers=EVENTUAL)

    assert answer.headers["x-ms-resource-unit"] == str(units)


async def test_the_simulated_clock_dates_the_answers(entra: Simulated) -> None:
    await entra.load()
    before = parsedate_to_datetime((await entra.get("/groups")).headers["Date"])

    await entra.control.set_clock(offset_seconds=86_400)

    after = parsedate_to_datetime((await entra.get("/groups")).headers["Date"])
    assert 86_400 <= (after - before).total_seconds() < 86_460


async def test_requests_are_counted_by_route_status_and_cost(entra: Simulated) -> None:
    await entra.load(group("g"))
    await entra.ask_token()
    await entra.get("/groups/g/members?$select=id")
    await entra.get("/groups/g/transitiveMembers")
    await entra.get("/groups/nobody")

    seen = await entra.control.requests()

    assert (seen["count"], seen["resourceUnits"]) == (4, 7)
    assert seen["byRoute"] == {
        "GET /v1.0/groups/{group}": 1,
        "GET /v1.0/groups/{group}/members": 1,
        "GET /v1.0/groups/{group}/transitiveMembers": 1,
        "POST /{tenant}/oauth2/v2.0/token": 1,
    }
    assert seen["byStatus"] == {"200": 3, "404": 1}


async def test_the_last_requests_are_kept_with_their_query(entra: Simulated) -> None:
    await entra.load(group("g"))
    await entra.get("/groups/g/members?$top=5")

    (last,) = (await entra.control.requests())["recent"]

    assert (last["method"], last["path"]) == ("GET", "/v1.0/groups/g/members?$top=5")
    assert (last["status"], last["resourceUnits"]) == (200, 2)


async def test_the_record_can_be_forgotten(entra: Simulated) -> None:
    await entra.load()
    await entra.get("/groups")

    await entra.control.forget_requests()

    assert (await entra.control.requests())["count"] == 0
