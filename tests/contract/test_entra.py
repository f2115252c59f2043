"""What every `Entra` promises: the same suite on the memory one and on the real one against the simulator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from devkit.entra_simulator.changes import apply_mutations
from devkit.entra_simulator.server import RunningSimulator, running_simulator
from devkit.tenants.mutations import mutation_from_json
from sync_core.adapters.entra.failures import refused
from sync_core.domain.entra import FoundGroup, GroupKind
from sync_core.domain.errors import EntraRefused, GroupGone, TryAgainLater
from sync_core.domain.ids import EntraGroupId, TenantId
from tests.builders import MIDNIGHT
from tests.fakes.memory_entra import MemoryEntra
from tests.integration.entra.tenants import MARKS, PERMISSIONS, Rig, group, member, new_id, person

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sync_core.domain.entra import EntraGroup, EntraUser
    from sync_core.ports import Entra

pytestmark = MARKS

Entity = dict[str, Any]

HOSTILE = [
    *('say "hi"', '"', 'x" OR "displayName:plain', "back\\slash", '\\"', "\\\\", "O'Brien", "it''s"),
    *("R&D", "a&$top=999", "$count=true", "x) or (y", "50% off", "%22%24filter", "+plus+", "#hash?", "a;b,c/d"),
    *("Ünïcødé 李四", "emoji \U0001f600", "{}[]<>|^`~"),
]


@dataclass
class Tenant(ABC):
    """A tenant that can be filled, and an `Entra` that reads it."""

    id: TenantId

    @property
    @abstractmethod
    def entra(self) -> Entra: ...

    @abstractmethod
    def load(self, groups: Sequence[Entity], *, users: Sequence[Entity]) -> None: ...

    @abstractmethod
    def withdraw_consent(self) -> None: ...

    @abstractmethod
    def consent(self) -> None: ...

    async def group(self, group: Entity) -> EntraGroup:
        return await self.entra.group(self.id, EntraGroupId(group["id"]))

    async def users(self, group: Entity, *, nested: bool = False) -> list[EntraUser]:
        pages = self.entra.members(self.id, EntraGroupId(group["id"]), nested=nested)
        return [user async for page in pages for user in page.users]

    async def ids(self, group: Entity, *, nested: bool = False) -> list[str]:
        return sorted(user.id for user in await self.users(group, nested=nested))

    async def others(self, group: Entity, *, nested: bool = False) -> dict[str, int]:
        counted: dict[str, int] = {}
        async for page in self.entra.members(self.id, EntraGroupId(group["id"]), nested=nested):
            for kind, number in page.others.items():
                counted[kind] = counted.get(kind, 0) + number
        return counted

    async def names(self, search: str) -> list[str]:
        page = await self.entra.find_groups(self.id, search=search, at_most=50)
        assert page.next_after is None
        return sorted(one.name for one in page.groups)

    async def count(self, group: Entity, *, nested: bool = False) -> int:
        return await self.entra.count_users(self.id, EntraGroupId(group["id"]), nested=nested)


@dataclass
class MemoryTenant(Tenant):
    held: MemoryEntra

    @property
    def entra(self) -> Entra:
        return self.held

    def load(self, groups: Sequence[Entity], *, users: Sequence[Entity]) -> None:
        self.held.users = {user["id"]: user for user in users}
        self.held.groups = {group["id"]: group for group in groups}

    def withdraw_consent(self) -> None:
        self.held.refusal = refused("consent-missing")

    def consent(self) -> None:
        self.held.refusal = None


@dataclass
class SimulatedTenant(Tenant):
    rig: Rig

    @property
    def entra(self) -> Entra:
        return self.rig.entra

    def load(self, groups: Sequence[Entity], *, users: Sequence[Entity]) -> None:
        #  The simulator wants every member to exist; a deleted user is one who is deleted there.
        missing = {one["id"] for group in groups for one in group["members"] if one["@odata.type"].endswith("user")}
        missing -= {user["id"] for user in users}
        gone = [person(id=user, userPrincipalName=f"{user}@gone.example") for user in missing]
        self.rig.load(*groups, users=[*users, *gone])
        deletions = [
            mutation_from_json({"op": "deleteUser", "user": user}, place="the test") for user in sorted(missing)
        ]
        apply_mutations(self.rig.simulator.simulation.tenants[self.rig.tenant], deletions, now=MIDNIGHT)

    def withdraw_consent(self) -> None:
        del self.rig.simulator.simulation.consents[self.rig.tenant]

    def consent(self) -> None:
        self.rig.consent(*PERMISSIONS)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def simulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningSimulator]:
    async with running_simulator(tmp_path_factory.mktemp("simulator")) as running:
        yield running


def members_of(*users: Entity, **others: Entity) -> list[Entity]:
    return [member("user", user) for user in users] + [member(kind, one) for kind, one in others.items()]


class EntraContract:
    """The cases; a subclass brings the tenant."""

    async def test_a_tenant_that_consented_lets_us_read(self, tenant: Tenant) -> None:
        tenant.load([group()], users=[])

        await tenant.entra.check(tenant.id)

    async def test_a_consent_that_is_withdrawn_is_noticed_at_once(self, tenant: Tenant) -> None:
        tenant.load([group()], users=[])
        await tenant.entra.check(tenant.id)
        tenant.withdraw_consent()

        with pytest.raises(EntraRefused) as refusal:
            await tenant.entra.check(tenant.id)

        assert refusal.value.code == "consent-missing"

    async def test_a_consent_that_is_given_is_noticed_at_once(self, tenant: Tenant) -> None:
        tenant.load([group()], users=[])
        tenant.withdraw_consent()
        with pytest.raises(EntraRefused):
            await tenant.entra.check(tenant.id)
        tenant.consent()

        await tenant.entra.check(tenant.id)

    async def test_a_group_has_its_name_and_description(self, tenant: Tenant) -> None:
        sales = group(displayName="Sales & Co", description="Who sells")
        tenant.load([sales], users=[])

        found = await tenant.group(sales)

        assert (found.id, found.name, found.description) == (sales["id"], "Sales & Co", "Who sells")

    async def test_a_group_without_a_description_has_an_empty_one(self, tenant: Tenant) -> None:
        sales = group(description=None)
        tenant.load([sales], users=[])

        assert (await tenant.group(sales)).description == ""

    async def test_a_group_that_is_not_there_is_gone(self, tenant: Tenant) -> None:
        tenant.load([group()], users=[])

        with pytest.raises(GroupGone) as gone:
            await tenant.group(group())

        assert gone.value.code == "group-gone"

    async def test_the_members_of_a_group_that_is_not_there_are_no_empty_list(self, tenant: Tenant) -> None:
        """It would look as if everybody had left."""
        tenant.load([group()], users=[])

        with pytest.raises(TryAgainLater):
            await tenant.users(group())

    async def test_the_count_of_a_group_that_is_not_there_is_not_nought(self, tenant: Tenant) -> None:
        tenant.load([group()], users=[])

        with pytest.raises(TryAgainLater):
            await tenant.count(group())

    async def test_all_members_come_to_the_last_page(self, tenant: Tenant) -> None:
        people = [person(number) for number in range(1001)]
        sales = group(members_of(*people))
        tenant.load([sales], users=people)

        assert await tenant.ids(sales) == sorted(one["id"] for one in people)
        assert await tenant.count(sales) == 1001

    async def test_an_empty_group_has_nobody(self, tenant: Tenant) -> None:
        sales = group()
        tenant.load([sales], users=[])

        assert await tenant.ids(sales) == []
        assert await tenant.others(sales) == {}
        assert await tenant.count(sales) == 0

    async def test_members_that_are_no_people_are_counted_by_type_and_not_returned(self, tenant: Tenant) -> None:
        anna, laptop, inner = person(), {"id": new_id(), "displayName": "LAPTOP-1"}, group()
        sales = group(members_of(anna, device=laptop, group=inner))
        tenant.load([sales, inner], users=[anna])

        assert await tenant.ids(sales) == [anna["id"]]
        assert await tenant.others(sales) == {"device": 1, "group": 1}
        assert await tenant.count(sales) == 1

    async def test_members_of_inner_groups_come_when_asked_for(self, tenant: Tenant) -> None:
        anna, ben = person(1), person(2)
        inner = group(members_of(ben))
        sales = group(members_of(anna, group=inner))
        tenant.load([sales, inner], users=[anna, ben])

        assert await tenant.ids(sales) == [anna["id"]]
        assert await tenant.count(sales) == 1
        assert await tenant.ids(sales, nested=True) == sorted([anna["id"], ben["id"]])
        assert await tenant.count(sales, nested=True) == 2

    async def test_who_is_a_member_in_several_ways_comes_once(self, tenant: Tenant) -> None:
        anna = person()
        inner = group(members_of(anna))
        sales = group(members_of(anna, group=inner))
        tenant.load([sales, inner], users=[anna])

        assert await tenant.ids(sales, nested=True) == [anna["id"]]
        assert await tenant.count(sales, nested=True) == 1

    async def test_groups_that_hold_each_other_are_read_to_an_end(self, tenant: Tenant) -> None:
        anna, ben = person(1), person(2)
        inner = group(members_of(ben))
        sales = group(members_of(anna, group=inner))
        inner["members"].append(member("group", sales))
        tenant.load([sales, inner], users=[anna, ben])

        assert await tenant.ids(sales, nested=True) == sorted([anna["id"], ben["id"]])
        assert await tenant.count(sales, nested=True) == 2

    async def test_a_profile_comes_as_our_fields(self, tenant: Tenant) -> None:
        anna = person(
            givenName="Anna",
            surname="Kühn",
            jobTitle=" Analyst ",
            companyName="Contoso",
            businessPhones=["+49 1"],
            onPremisesExtensionAttributes={"extensionAttribute3": "north"},
        )
        sales = group(members_of(anna))
        tenant.load([sales], users=[anna])

        [user] = await tenant.users(sales)

        assert user.values == {
            "email": anna["mail"],
            "name": "Anna Kühn",
            "jobTitle": "Analyst",
            "company": "Contoso",
            "businessPhone": "+49 1",
            "extensionAttribute3": "north",
        }

    @pytest.mark.parametrize(
        ("properties", "enabled", "guest"),
        [
            ({}, True, False),
            ({"accountEnabled": False}, False, False),
            ({"userType": "Guest"}, True, True),
            ({"userType": None}, True, False),
        ],
        ids=["member", "disabled", "guest", "no type"],
    )
    async def test_a_user_is_flagged_as_entra_says(
        self, tenant: Tenant, properties: Entity, enabled: bool, guest: bool
    ) -> None:
        anna = person(**properties)
        sales = group(members_of(anna))
        tenant.load([sales], users=[anna])

        [user] = await tenant.users(sales)

        assert (user.enabled, user.guest) == (enabled, guest)

    async def test_a_user_without_mail_has_the_principal_name(self, tenant: Tenant) -> None:
        anna = person(mail=None)
        sales = group(members_of(anna))
        tenant.load([sales], users=[anna])

        [user] = await tenant.users(sales)

        assert user.values["email"] == anna["userPrincipalName"]

    async def test_a_deleted_user_is_no_member(self, tenant: Tenant) -> None:
        anna, deleted = person(1), person(2)
        sales = group(members_of(anna, deleted))
        tenant.load([sales], users=[anna])

        assert await tenant.ids(sales) == [anna["id"]]
        assert await tenant.count(sales) == 1

    async def test_groups_are_found_by_the_beginnings_of_words(self, tenant: Tenant) -> None:
        berlin, presales = group(displayName="Sales Berlin"), group(displayName="Presales Berlin")
        tenant.load([berlin, presales], users=[])

        assert await tenant.names("ber sal") == ["Sales Berlin"]
        assert await tenant.names("BERLIN") == ["Presales Berlin", "Sales Berlin"]
        assert await tenant.names("erlin") == []

    async def test_without_words_every_group_is_found(self, tenant: Tenant) -> None:
        tenant.load([group(displayName="One"), group(displayName="Two")], users=[])

        assert await tenant.names("") == ["One", "Two"]

    @pytest.mark.parametrize("search", HOSTILE)
    async def test_no_text_is_more_than_words_to_look_for(self, tenant: Tenant, search: str) -> None:
        """A quote or backslash that ended the clause early would be refused, or find what was not asked for."""
        tenant.load([group(displayName=f"{search} odd"), group(displayName="plain")], users=[])

        assert await tenant.names(f"{search} odd") == [f"{search} odd"]

    async def test_pages_of_groups_hold_each_once(self, tenant: Tenant) -> None:
        tenant.load([group(displayName=f"Team {number}") for number in range(7)], users=[])

        sizes, found, after = list[int](), set[str](), None
        while not sizes or after is not None:
            page = await tenant.entra.find_groups(tenant.id, search="team", at_most=3, after=after)
            sizes.append(len(page.groups))
            found |= {one.name for one in page.groups}
            after = page.next_after

        assert sizes == [3, 3, 1]
        assert len(found) == 7

    @pytest.mark.parametrize("after", ["x", "RFNwdAIAAQ", "https://elsewhere.example/?$skiptoken=x", "a&$top=999#"])
    async def test_a_page_by_a_foreign_token_is_a_refused_request(self, tenant: Tenant, after: str) -> None:
        tenant.load([group()], users=[])

        with pytest.raises(EntraRefused) as refused:
            await tenant.entra.find_groups(tenant.id, search="", at_most=5, after=after)

        assert refused.value.code == "request-refused"

    @pytest.mark.parametrize(
        ("properties", "kind", "dynamic"),
        [
            ({"securityEnabled": True, "mailEnabled": False}, GroupKind.SECURITY, False),
            ({"groupTypes": ["Unified"], "mailEnabled": True}, GroupKind.MICROSOFT_365, False),
            ({"groupTypes": ["DynamicMembership", "Unified"]}, GroupKind.MICROSOFT_365, True),
            ({"groupTypes": ["DynamicMembership"], "securityEnabled": True}, GroupKind.SECURITY, True),
            ({"securityEnabled": True, "mailEnabled": True}, GroupKind.MAIL_SECURITY, False),
            ({"securityEnabled": False, "mailEnabled": True}, GroupKind.DISTRIBUTION, False),
        ],
    )
    async def test_a_found_group_tells_what_it_is(
        self, tenant: Tenant, properties: Entity, kind: GroupKind, dynamic: bool
    ) -> None:
        sales = group(displayName="Sales", description="Who sells", mail="sales@contoso.example", **properties)
        tenant.load([sales], users=[])

        [found] = (await tenant.entra.find_groups(tenant.id, search="", at_most=5)).groups

        assert found == FoundGroup(sales["id"], "Sales", "Who sells", "sales@contoso.example", kind, dynamic)


class TestMemoryEntra(EntraContract):
    @pytest.fixture
    def tenant(self) -> Tenant:
        return MemoryTenant(TenantId(new_id()), MemoryEntra(page_size=999))


class TestGraphEntra(EntraContract):
    @pytest_asyncio.fixture(loop_scope="session")
    async def tenant(self, simulator: RunningSimulator) -> AsyncIterator[Tenant]:
        rig = Rig(simulator)
        yield SimulatedTenant(rig.tenant, rig)
        await rig.clients.close()
