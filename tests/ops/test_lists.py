"""Workspaces, held removals, and what waits on a queue."""

from __future__ import annotations

from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING

from sync_core.adapters.queues.orders import GROUP_SYNCS
from sync_core.domain.connection_trials import ConnectionTrial
from sync_core.domain.errors import EntraRefused
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.runs import Mode
from sync_core.domain.workspaces import Workspace
from sync_core.flows.manage_schedules import change_schedule
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.start_run import start_run
from tests.fakes.world import TENANT, WORKSPACE

if TYPE_CHECKING:
    from tests.ops.site import Site

#  Storage tells of them alone, and so does what is printed.
WHOLE_SECONDS = 2
BETA = Workspace(WorkspaceId("beta"), "Beta \x1b[31mInc", "starter", TENANT)


async def hold_everybody(site: Site, group: str) -> None:
    site.world.entra.groups[group]["members"] = []
    await start_run(site.services, WORKSPACE, GroupId(group), mode=Mode.SYNC)
    await site.work_off()


async def test_workspaces_tell_what_they_are_and_whether_they_can_sync(site: Site) -> None:
    await put_workspace(site.services, BETA)
    await change_schedule(site.services, WORKSPACE, GroupId("g1"), enabled=False)

    told = await site.json("workspaces")

    acme, beta = told["workspaces"]
    assert (acme["workspaceId"], acme["plan"], acme["connection"], acme["settingsConfirmed"]) == (
        "acme",
        "enterprise",
        "connected",
        True,
    )
    assert (acme["groups"], acme["schedulesOn"], acme["code"]) == (2, 1, "")
    assert (beta["connection"], beta["settingsConfirmed"], beta["groups"]) == ("none", False, 0)


async def test_a_workspace_whose_tenant_refuses_says_why(site: Site) -> None:
    site.world.entra.refusal = EntraRefused("consent-missing", "Consent is missing.")
    await site.night()

    [acme] = (await site.json("workspaces"))["workspaces"]

    assert (acme["connection"], acme["code"]) == ("failed", "consent-missing")


async def test_no_more_workspaces_come_than_asked_for(site: Site) -> None:
    await put_workspace(site.services, BETA)

    told, said = await site.json("workspaces", "--limit", "1"), await site.ops("workspaces", "--limit", "1")

    assert ([one["workspaceId"] for one in told["workspaces"]], told["more"]) == (["acme"], True)
    assert said.err == "The first 1 of 2 workspaces; --limit shows more.\n"


async def test_what_customers_write_does_not_command_the_terminal(site: Site) -> None:
    await put_workspace(site.services, BETA)

    said = await site.ops("workspaces")

    assert "\x1b" not in said.out
    assert "Beta \\x1b[31mInc" in said.out


async def test_lists_that_wait_are_told_with_how_many_and_until_when(site: Site) -> None:
    await site.night()
    await hold_everybody(site, "g1")

    [told] = (await site.json("hold", "list"))["holds"]

    assert (told["workspaceId"], told["groupId"], told["people"]) == ("acme", "g1", 4)
    assert (told["heldSince"], told["expiresAt"]) == ("2026-11-23T00:30:00+00:00", "2026-11-30T00:30:00+00:00")
    assert (await site.json("run", f"acme/g1/{told['runId']}"))["state"] == "held"
    said = await site.ops("hold", "list", "--workspace", "acme")
    assert "2026-11-30 00:30:00 UTC" in said.out
    assert "@example.com" not in said.out


async def test_the_list_that_expires_first_comes_first(site: Site) -> None:
    await site.night()
    await hold_everybody(site, "g2")
    site.world.clock.advance(timedelta(minutes=1))
    await hold_everybody(site, "g1")

    told = (await site.json("hold", "list"))["holds"]

    assert [(one["groupId"], one["people"], one["expiresAt"]) for one in told] == [
        ("g2", 2, "2026-11-30T00:30:00+00:00"),
        ("g1", 4, "2026-11-30T00:31:00+00:00"),
    ]


async def test_where_no_list_waits_it_is_said(site: Site) -> None:
    assert (await site.ops("hold", "list")).out == "No list waits for a decision.\n"
    assert (await site.ops("hold", "list", "--workspace", "beta")).err == "There is no workspace 'beta'.\n"


async def test_a_peek_tells_what_waits_and_leaves_it(site: Site) -> None:
    began = monotonic()
    await site.enqueue()

    told = await site.json("queue", "peek")

    assert (told["queue"], told["messages"], len(told["shown"])) == ("group-syncs", 2, 2)
    first = told["shown"][0]
    assert (first["workspaceId"], first["night"], first["mode"], first["redrive"]) == (
        "acme",
        "2026-11-23",
        "sync",
        False,
    )
    assert {one["asksFor"] for one in told["shown"]} == {
        "sync of g1, night 2026-11-23",
        "sync of g2, night 2026-11-23",
    }
    assert first["deliveries"] == 0
    assert 0 <= first["ageSeconds"] <= monotonic() - began + WHOLE_SECONDS
    assert (await site.json("queue", "peek"))["shown"][0]["deliveries"] == 0


async def test_a_peek_shows_as_many_as_asked_for(site: Site) -> None:
    await site.enqueue()

    said = await site.ops("queue", "peek", "--limit", "1")

    assert said.out.count("night 2026-11-23") == 1
    assert said.err == "Shown are 1 of about 2: others stand behind them, are hidden or worked on.\n"


async def test_a_peek_looks_at_the_trials_too(site: Site) -> None:
    await site.services.trials.send(ConnectionTrial(WORKSPACE, "token-1"), delay=timedelta(0))

    [trial] = (await site.json("queue", "peek", "--queue", "trials"))["shown"]

    assert (trial["workspaceId"], trial["asksFor"], trial["runId"]) == ("acme", "trial 1 of a connection", None)
    assert "token-1" not in (await site.ops("queue", "peek", "--queue", "trials")).out


async def test_what_nobody_can_read_is_told_as_such(site: Site) -> None:
    await site.queues.send(GROUP_SYNCS, "no order")

    assert "the message is not JSON" in (await site.ops("queue", "peek")).out


async def test_an_empty_queue_says_so(site: Site) -> None:
    assert (await site.ops("queue", "peek")).out == "Nothing on group-syncs can be fetched now.\n"
