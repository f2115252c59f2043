"""Journals, exported: each change once, personal data where it is asked for."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from ops.journal import entries_of
from ops.places import run_place
from sync_core.domain.runs import night_run_id
from tests.ops.site import TONIGHT

if TYPE_CHECKING:
    from tests.ops.site import Site

RUN = night_run_id(TONIGHT, generation=1)
G1, G2 = f"acme/g1/{RUN}", f"acme/g2/{RUN}"


async def lines(site: Site, *arguments: str) -> list[dict[str, Any]]:
    said = await site.ops("journal", "export", *arguments)
    assert said.status == 0
    return [json.loads(line) for line in said.out.splitlines()]


async def rows(site: Site, *arguments: str) -> list[dict[str, str]]:
    said = await site.ops("journal", "export", "--format", "csv", *arguments)
    return list(csv.DictReader(io.StringIO(said.out)))


async def test_named_runs_come_person_by_person(site: Site) -> None:
    await site.night()

    exported = await lines(site, G1, G2)

    assert [one["groupId"] for one in exported] == ["g1"] * 4 + ["g2"] * 2
    assert {one["runId"] for one in exported} == {RUN}
    assert len({(one["groupId"], one["recipientId"]) for one in exported}) == 6


async def test_a_workspace_comes_with_all_its_groups_and_a_group_alone(site: Site) -> None:
    await site.night()

    assert len(await lines(site, "--workspace", "acme")) == 6
    assert len(await lines(site, "--workspace", "acme", "--group", "g2", "--days", "2")) == 2


async def test_values_come_only_where_they_are_asked_for(site: Site) -> None:
    await site.night()

    quiet, loud = await site.ops("journal", "export", G1), await site.ops("journal", "export", G1, "--values")

    assert "@example.com" not in quiet.out
    assert "values.email" in quiet.out
    first = json.loads(loud.out.splitlines()[0])
    assert first["values"]["values.email"]["new"].endswith("@example.com")


async def test_csv_has_a_row_for_each_value_and_no_formula(site: Site) -> None:
    site.world.entra.users["u0"]["displayName"] = '=HYPERLINK("x")'
    await site.night()

    quiet, loud = await rows(site, G1), await rows(site, G1, "--values")

    assert quiet[0].keys() == {
        "workspace",
        "group",
        "run",
        "recipient",
        "entraUser",
        "kind",
        "reason",
        "path",
        "revision",
        "by",
    }
    assert len(quiet) == len(loud)
    assert {row["path"] for row in quiet} >= {"values.email", "cards.g1"}
    assert all("@" not in cell and "HYPERLINK" not in cell for row in quiet for cell in row.values())
    named = [row["new"] for row in loud if row["path"] == "values.name"]
    assert all(not name.startswith("=") for name in named)


async def test_a_longer_journal_is_read_page_by_page_and_whole(site: Site) -> None:
    await site.night()

    read = [entry.recipient async for entry in entries_of(site.services, run_place(G1), page=3)]

    assert len(read) == len(set(read)) == 4


async def test_how_many_were_exported_is_told_beside(site: Site) -> None:
    await site.night()

    assert (await site.ops("journal", "export", G2)).err == "Exported 2 changes.\n"


async def test_a_run_that_is_not_there_does_not_keep_the_others(site: Site) -> None:
    await site.night()

    said = await site.ops("journal", "export", f"acme/g1/{night_run_id(TONIGHT, generation=7)}", G2)

    assert (said.status, len(said.out.splitlines())) == (1, 2)
    assert "The group has no run with this id" in said.err


@pytest.mark.parametrize("arguments", [(), (G1, "--workspace", "acme")])
async def test_runs_or_a_workspace_have_to_be_named(site: Site, arguments: tuple[str, ...]) -> None:
    said = await site.ops("journal", "export", *arguments)

    assert (said.status, said.out) == (2, "")
    assert said.err == "Name runs as `runs` prints them, or a workspace with --workspace.\n"
