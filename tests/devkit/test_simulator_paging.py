"""Pages: their size, their links, and what a changing tenant does to them."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devkit.entra_simulator.paging import cut_page
from devkit.tenants.mutations import mutation_from_json
from tests.devkit.simulated import TENANT, group

if TYPE_CHECKING:
    from tests.devkit.simulated import Simulated


def names(count: int) -> str:
    return " ".join(f"u{number:04}" for number in range(count))


async def load_crowd(entra: Simulated, count: int) -> None:
    await entra.load(group("g", *names(count).split()), users=names(count))


async def test_a_page_holds_100_when_nothing_is_asked(entra: Simulated) -> None:
    await load_crowd(entra, 150)

    assert [len(page) for page in await entra.pages("/groups/g/members")] == [100, 50]


async def test_a_page_holds_up_to_999(entra: Simulated) -> None:
    await load_crowd(entra, 1000)

    pages = await entra.pages("/groups/g/members?$top=999&$select=id")

    assert [len(page) for page in pages] == [999, 1]


@pytest.mark.parametrize("size", ["0", "1000", "-1", "many"])
async def test_other_page_sizes_are_refused(entra: Simulated, size: str) -> None:
    await load_crowd(entra, 1)

    assert (await entra.get(f"/groups/g/members?$top={size}")).status_code == 400


async def test_a_full_last_page_has_no_link(entra: Simulated) -> None:
    await load_crowd(entra, 4)

    assert [len(page) for page in await entra.pages("/groups/g/members?$top=2")] == [2, 2]


async def test_links_are_absolute_and_keep_the_options(entra: Simulated) -> None:
    await load_crowd(entra, 2)

    link = (await entra.get("/groups/g/members?$top=1&$select=id,mail")).json()["@odata.nextLink"]

    assert link.startswith(f"{entra.url}/v1.0/groups/g/members?")
    assert (await entra.get(link)).json()["value"] == [
        {"@odata.type": "#microsoft.graph.user", "id": "u0001", "mail": None}
    ]


async def test_nobody_who_stays_is_lost_when_people_leave_between_pages(entra: Simulated) -> None:
    """A page number would skip people here; the link carries on by id."""
    await load_crowd(entra, 6)
    first = (await entra.get("/groups/g/members?$top=3")).json()
    leaving = {"op": "removeMember", "group": "g", "user": "u0001"}
    await entra.control.apply(TENANT, [mutation_from_json(leaving, place="")])

    second = (await entra.get(first["@odata.nextLink"])).json()

    assert [member["id"] for member in second["value"]] == ["u0003", "u0004", "u0005"]


async def test_a_link_works_where_its_last_person_has_left(entra: Simulated) -> None:
    await load_crowd(entra, 4)
    first = (await entra.get("/groups/g/members?$top=2")).json()
    leaving = {"op": "removeMember", "group": "g", "user": "u0001"}
    await entra.control.apply(TENANT, [mutation_from_json(leaving, place="")])

    second = (await entra.get(first["@odata.nextLink"])).json()

    assert [member["id"] for member in second["value"]] == ["u0002", "u0003"]


@pytest.mark.parametrize("token", ["", "x", "AAAA", "é"])
async def test_a_made_up_page_token_is_refused(entra: Simulated, token: str) -> None:
    await load_crowd(entra, 1)

    assert (await entra.get(f"/groups/g/members?$skiptoken={token}")).status_code == 400


async def test_a_page_token_cannot_be_altered(entra: Simulated) -> None:
    await load_crowd(entra, 3)
    link = (await entra.get("/groups/g/members?$top=1")).json()["@odata.nextLink"]
    token = httpx.URL(link).params["$skiptoken"]

    altered = urlsafe_b64encode(urlsafe_b64decode(token).replace(b"u0000", b"u0001")).decode()

    assert (await entra.get(f"/groups/g/members?$skiptoken={token}")).status_code == 200
    assert (await entra.get(f"/groups/g/members?$skiptoken={altered}")).status_code == 400


async def test_a_page_token_is_good_for_its_own_collection_only(entra: Simulated) -> None:
    await load_crowd(entra, 2)
    link = (await entra.get("/groups/g/members?$top=1")).json()["@odata.nextLink"]

    assert (await entra.get(link.replace("/members", "/transitiveMembers"))).status_code == 400


@given(
    ids=st.lists(st.text("abc", min_size=1, max_size=3), unique=True).map(sorted),
    size=st.integers(1, 5),
    unwanted=st.sets(st.text("abc", min_size=1, max_size=3)),
)
def test_the_pages_together_hold_every_wanted_id_once(ids: list[str], size: int, unwanted: set[str]) -> None:
    found: list[str] = []
    after, more = None, True
    while more:
        page = cut_page(ids, after=after, size=size, wanted=lambda name: name not in unwanted)
        found += page.ids
        after, more = page.last, page.last is not None

    assert found == [name for name in ids if name not in unwanted]
