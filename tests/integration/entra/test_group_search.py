"""Looking for groups: what is asked of Graph, and what is made of odd answers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

import pytest

from sync_core.adapters.entra.group_search import page_in
from sync_core.domain.errors import EntraRefused, TryAgainLater
from tests.integration.entra.tenants import MARKS, group, new_id

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.entra.tenants import Rig

pytestmark = MARKS

SALES = {"id": "b1c7d3d2", "displayName": "Sales"}
NEXT = "https://graph.microsoft.com/v1.0/groups?$top=5&$skiptoken="


def last_request(rig: Rig) -> str:
    return unquote(rig.simulator.simulation.log.recent[-1].path)


async def test_only_what_is_shown_is_asked_for(rig: Rig) -> None:
    rig.load(group())

    await rig.entra.find_groups(rig.tenant, search="", at_most=7)

    asked = last_request(rig)
    assert "$select=id,displayName,description,mail,groupTypes,mailEnabled,securityEnabled" in asked
    assert "$top=7" in asked
    assert "$search" not in asked


async def test_a_second_page_is_asked_for_as_the_first_was(rig: Rig) -> None:
    """Graph wants the same question with each token, and does not carry the header along."""
    rig.load(*(group(displayName=f"Team {number}") for number in range(3)))
    first = await rig.entra.find_groups(rig.tenant, search="team", at_most=2)
    asked_first = last_request(rig)

    await rig.entra.find_groups(rig.tenant, search="team", at_most=2, after=first.next_after)

    assert last_request(rig) == f"{asked_first}&$skiptoken={first.next_after}"


async def test_a_token_that_somebody_made_up_stays_one_value(rig: Rig) -> None:
    """It comes from a caller: it must not change what is asked for, or of whom."""
    rig.load(group())
    made_up = "x&$top=999&$expand=members#@elsewhere.example/"

    with pytest.raises(EntraRefused):
        await rig.entra.find_groups(rig.tenant, search="", at_most=5, after=made_up)

    asked = rig.simulator.simulation.log.recent[-1].path.partition("?")[2]
    assert parse_qsl(asked)[1:] == [("$top", "5"), ("$skiptoken", made_up)]


async def test_an_ampersand_parts_words(rig: Rig) -> None:
    """Graph is known to fail at it, encoded or not."""
    rig.load(group(displayName="R&D Berlin"))

    page = await rig.entra.find_groups(rig.tenant, search="R&D", at_most=5)

    assert [found.name for found in page.groups] == ["R&D Berlin"]
    assert '$search="displayName:R D"' in last_request(rig)


async def test_without_the_permission_the_fix_is_told(rig: Rig) -> None:
    rig.load(group())
    rig.consent("User.Read.All")

    with pytest.raises(EntraRefused) as refused:
        await rig.entra.find_groups(rig.tenant, search="", at_most=5)

    assert refused.value.code == "permission-missing"


async def test_a_tenant_that_is_busy_for_long_is_asked_later(rig: Rig) -> None:
    rig.load(group())
    rig.fault("/groups", status=429, headers={"Retry-After": "300"}, times=9)

    with pytest.raises(TryAgainLater) as later:
        await rig.entra.find_groups(rig.tenant, search="", at_most=5)

    assert later.value.after.total_seconds() == 300


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"value": None},
        {"value": [None]},
        {"value": [{"displayName": "no id"}]},
        {"value": [{"id": "not an id", "displayName": "x"}]},
        {"value": [], "@odata.nextLink": 7},
        {"value": [], "@odata.nextLink": "https://[graph.microsoft.com/v1.0/groups?$skiptoken=x"},
        {"value": [], "@odata.nextLink": "https://graph.microsoft.com/v1.0/groups?$skip=5"},
        {"value": [], "@odata.nextLink": f"{NEXT}a&$skiptoken=b"},
        {"value": [], "@odata.nextLink": f"{NEXT}where-we-are"},
    ],
)
async def test_half_an_answer_is_no_answer(body: dict[str, Any]) -> None:
    with pytest.raises(TryAgainLater):
        page_in(body, after="where-we-are")


async def test_an_empty_page_can_have_a_next_one() -> None:
    page = page_in({"value": [], "@odata.nextLink": f"{NEXT}a%2Bb%3D"}, after=None)

    assert (page.groups, page.next_after) == ((), "a+b=")


async def test_a_group_without_a_name_is_a_missing_permission() -> None:
    with pytest.raises(EntraRefused) as refused:
        page_in({"value": [{"id": new_id(), "displayName": None}]}, after=None)

    assert refused.value.code == "permission-missing"


async def test_odd_values_count_as_absent() -> None:
    odd = {**SALES, "description": 7, "mail": ["x"], "groupTypes": "Unified", "mailEnabled": "yes"}

    [found] = page_in({"value": [odd]}, after=None).groups

    assert (found.description, found.mail, found.kind, found.dynamic) == ("", "", "security", False)
