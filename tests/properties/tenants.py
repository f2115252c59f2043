"""Random tenants, and random things that happen to them between nights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.fakes.memory_entra import USER
from tests.fakes.world import a_group, a_tenant, a_user

if TYPE_CHECKING:
    from tests.fakes.memory_entra import MemoryEntra

USERS = [f"u{number}" for number in range(8)]
GROUPS = ["g1", "g2", "g3"]

titles = st.sampled_from([None, "Analyst", "Engineer", "Straße 1"])
user_ids = st.sampled_from(USERS)
group_ids = st.sampled_from(GROUPS)


@st.composite
def tenants(draw: st.DrawFn) -> MemoryEntra:
    users = [
        a_user(
            user,
            jobTitle=draw(titles),
            accountEnabled=draw(st.booleans()),
            userType=draw(st.sampled_from(["Member", "Member", "Member", "Guest"])),
        )
        for user in USERS
    ]
    groups = [a_group(group, *sorted(draw(st.sets(user_ids, max_size=8)))) for group in GROUPS]
    return a_tenant(users, groups)


#  One thing that happens: its name, a user, a group and a title; each takes what it needs.
happenings = st.tuples(
    st.sampled_from(["join", "leave", "title", "mail", "disable", "enable", "delete", "guest"]),
    user_ids,
    group_ids,
    titles,
)


def happen(entra: MemoryEntra, happening: tuple[str, str, str, str | None], *, number: int) -> None:
    """Apply one happening to the tenant; on a deleted user nothing happens. *number* makes new addresses unique."""
    what, user, group, title = happening
    if user not in entra.users:
        return
    members: list[dict[str, str]] = entra.groups[group]["members"]
    if what == "join" and all(member["id"] != user for member in members):
        members.append({"@odata.type": USER, "id": user})
    elif what == "leave":
        members[:] = [member for member in members if member["id"] != user]
    elif what == "delete":
        del entra.users[user]
    else:
        changes: dict[str, dict[str, Any]] = {
            "title": {"jobTitle": title},
            "mail": {"mail": f"{user}.{number}@example.com"},
            "disable": {"accountEnabled": False},
            "enable": {"accountEnabled": True},
            "guest": {"userType": "Guest"},
        }
        entra.users[user].update(changes.get(what, {}))


def directory_as_model(people: dict[str, Any]) -> dict[str, tuple[dict[str, str], bool, dict[str, int]]]:
    """Return what the product holds in the form that the model is compared in."""
    return {
        key: (
            dict(person.values),
            person.status == "active",
            {group: card.version for group, card in person.cards.items()},
        )
        for key, person in people.items()
    }
