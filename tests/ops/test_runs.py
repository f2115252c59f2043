"""Runs, newest first, and one of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from sync_core.domain.errors import EntraRefused
from sync_core.domain.ids import GroupId, RunId, WorkspaceId
from sync_core.domain.runs import Mode, Run, RunState, Trigger, manual_run_id, night_run_id
from sync_core.domain.workspaces import Workspace
from sync_core.flows.set_up_workspace import put_workspace
from sync_core.flows.start_run import start_run
from tests.fakes.world import TENANT, WORKSPACE
from tests.ops.site import NOW, TONIGHT

if TYPE_CHECKING:
    from tests.ops.site import Site

G1 = GroupId("g1")
DAY = timedelta(days=1)
NIGHT_RUN = f"acme/g1/{night_run_id(TONIGHT, generation=1)}"


async def by_hand(site: Site, group: str = "g1", mode: Mode = Mode.SYNC) -> RunId:
    run = await start_run(site.services, WORKSPACE, GroupId(group), mode=mode)
    await site.work_off()
    return run.id


async def places(site: Site, *arguments: str) -> list[str]:
    told = await site.json("runs", *arguments)
    return [one["place"].replace(str(night_run_id(TONIGHT, generation=1)), "tonight") for one in told["runs"]]


async def an_old_run(site: Site, *, days_ago: int, state: RunState = RunState.SUCCEEDED) -> RunId:
    night = TONIGHT - days_ago * DAY
    run = Run(night_run_id(night, generation=1), Trigger.NIGHT, state, night=night)
    await site.services.runs.save(WORKSPACE, G1, run, etag=None)
    return run.id


async def test_runs_of_all_workspaces_come_newest_first(site: Site) -> None:
    await site.night()
    manual = await by_hand(site)

    assert await places(site) == [f"acme/g1/{manual}", "acme/g2/tonight", "acme/g1/tonight"]


async def test_they_can_be_those_of_one_workspace_or_group(site: Site) -> None:
    await put_workspace(site.services, Workspace(WorkspaceId("beta"), "Beta", "enterprise", TENANT))
    await site.night()

    assert await places(site, "--workspace", "beta") == []
    assert len(await places(site, "--workspace", "acme")) == 2
    assert await places(site, "--workspace", "acme", "--group", "g2") == ["acme/g2/tonight"]


async def test_without_a_group_they_are_those_of_the_last_day(site: Site) -> None:
    await site.night()
    old = await an_old_run(site, days_ago=3)

    assert len(await places(site)) == 2
    assert f"acme/g1/{old}" in await places(site, "--days", "4")
    assert await places(site, "--workspace", "acme", "--group", "g1") == ["acme/g1/tonight", f"acme/g1/{old}"]
    assert await places(site, "--workspace", "acme", "--group", "g1", "--days", "1") == ["acme/g1/tonight"]


async def test_they_can_be_those_in_some_states(site: Site) -> None:
    await site.failed_night()
    manual = await by_hand(site)

    assert await places(site, "--state", "succeeded") == [f"acme/g1/{manual}"]
    assert len(await places(site, "--state", "failed", "--state", "succeeded")) == 3
    assert await places(site, "--state", "held") == []


async def test_they_can_be_those_of_a_night(site: Site) -> None:
    await site.failed_night()
    await by_hand(site)

    assert await places(site, "--night", "2026-11-23") == ["acme/g2/tonight", "acme/g1/tonight"]
    assert len(await places(site, "--night", "2026-11-23", "--state", "failed")) == 2
    assert await places(site, "--night", "2026-11-23", "--state", "succeeded") == []
    assert await places(site, "--night", "2026-11-22") == []


async def test_an_older_night_is_found_behind_the_newer(site: Site) -> None:
    old = await an_old_run(site, days_ago=2)
    await site.night()

    assert await places(site, "--night", "2026-11-21") == [f"acme/g1/{old}"]


@pytest.mark.parametrize("only", [(), ("--workspace", "acme", "--group", "g1")])
async def test_no_more_come_than_asked_for_and_it_is_told(site: Site, only: tuple[str, ...]) -> None:
    await site.night()
    manual = await by_hand(site)

    told = await site.json("runs", "--limit", "1", *only)
    said = await site.ops("runs", "--limit", "1", *only)

    assert ([one["place"] for one in told["runs"]], told["more"]) == ([f"acme/g1/{manual}"], True)
    assert said.err == "Only the newest 1 run; --limit shows more.\n"
    assert (await site.json("runs", "--limit", "3", *only))["more"] is False


async def test_people_read_counts_and_reasons(site: Site) -> None:
    site.world.entra.refusal = EntraRefused("consent-missing", "Consent is missing.")
    await site.night()

    said = await site.ops("runs")

    assert NIGHT_RUN in said.out
    assert "consent-missing" in said.out
    assert (await site.ops("runs", "--state", "held")).out == "No such run.\n"


async def test_one_run_tells_record_proof_counts_and_first_changes(site: Site) -> None:
    await site.night()

    told = await site.json("run", NIGHT_RUN, "--changes", "3")

    assert (told["place"], told["state"], told["night"]) == (NIGHT_RUN, "succeeded", "2026-11-23")
    assert (told["counts"]["read"], told["counts"]["added"]) == (4, 4)
    assert (told["proof"]["complete"], told["proof"]["counted"]) == (True, 4)
    assert ([one["kind"] for one in told["changes"]], told["moreChanges"]) == (["added"] * 3, True)


async def test_one_run_is_read_by_people(site: Site) -> None:
    await site.failed_night(TypeError("what nobody expected"))

    said = await site.ops("run", NIGHT_RUN)

    assert "gave-up: The sync gave up after repeated failures: TypeError." in said.out
    assert "none: nothing was read to its end" in said.out
    assert "It changed nobody." in said.out


async def test_values_are_printed_only_where_they_are_asked_for(site: Site) -> None:
    await site.night()

    quiet = await site.ops("run", NIGHT_RUN)
    quiet_json = await site.ops("run", NIGHT_RUN, "--json")
    loud = await site.ops("run", NIGHT_RUN, "--values")

    assert "values.email" in quiet.out
    assert "@example.com" not in quiet.out + quiet_json.out
    assert "values.email: - -> u0@example.com" in loud.out
    [first] = (await site.json("run", NIGHT_RUN, "--values", "--changes", "1"))["changes"]
    assert first["values"]["values.name"]["old"] is None


async def test_a_preview_is_a_run_too(site: Site) -> None:
    preview = await by_hand(site, mode=Mode.PREVIEW)

    assert (await site.json("run", f"acme/g1/{preview}"))["mode"] == "preview"


async def test_changes_that_are_not_kept_any_more_are_told_as_such(site: Site) -> None:
    old = manual_run_id(NOW - 100 * DAY, request="old")
    run = Run(old, Trigger.MANUAL, RunState.SUCCEEDED)
    await site.services.runs.save(WORKSPACE, G1, run, etag=None)

    said = await site.ops("run", f"acme/g1/{old}")

    assert (said.status, said.err) == (0, "What this run changed is not kept any more.\n")
    assert (await site.ops("run", f"acme/g1/{old}", "--changes", "0")).err == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("runs", "--group", "g1"), "--group needs --workspace: groups of two workspaces can have the same id."),
        (("runs", "--workspace", "beta"), "There is no workspace 'beta'."),
        (("runs", "--workspace", "a/b"), "There is no workspace 'a/b'."),
        (("runs", "--workspace", "acme", "--group", "g9"), "The workspace 'acme' has no group 'g9'."),
        (("runs", "--night", "2026-11-23", "--days", "1"), "--night and --days exclude each other."),
        (("run", "x"), "'x' names no run: write it as `runs` prints it, workspace/group/run."),
        (("run", "acme/g1/x"), "'acme/g1/x' names no run: write it as `runs` prints it, workspace/group/run."),
        (
            ("run", "acme/g1/20261101T000000Z-night-1"),
            "The group has no run with this id, or its history has expired.",
        ),
    ],
)
async def test_a_mistake_is_one_sentence(site: Site, arguments: tuple[str, ...], sentence: str) -> None:
    said = await site.ops(*arguments)

    assert (said.status, said.out, said.err) == (2, "", f"{sentence}\n")
