"""Poison: what was put aside, looked at, sent again or deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sync_core.adapters.queues.connection_trials import CONNECTION_TRIALS, CONNECTION_TRIALS_POISON
from sync_core.adapters.queues.orders import GROUP_SYNCS, GROUP_SYNCS_POISON
from sync_core.domain.connection_trials import ConnectionTrial
from sync_core.domain.connection_trials import encode as encode_trial
from sync_core.domain.ids import GroupId, WorkspaceId
from sync_core.domain.orders import SyncOrder, decode, encode
from sync_core.domain.schedule import midnight_of
from sync_core.telemetry.catalogue import DELIVER_ORDER
from tests.fakes.world import WORKSPACE
from tests.ops.site import NOW, TONIGHT

if TYPE_CHECKING:
    from tests.ops.site import Site

MINUTE = timedelta(minutes=1)
EIGHT_IN_THE_EVENING = midnight_of(TONIGHT) + timedelta(hours=20)
FAST = ("--yes", "--per-minute", "6000")


def an_order(group: str = "g1", **changes: Any) -> SyncOrder:
    order = SyncOrder(WORKSPACE, GroupId(group), NOW + 20 * 60 * MINUTE, TONIGHT, (TONIGHT,))
    return replace(order, **changes)


async def put_aside(site: Site, *reasons: str | None, order: SyncOrder | None = None) -> None:
    """Put an order aside once for each reason; None: as the host does it, which knows none."""
    text = encode(order or an_order())
    for reason in reasons:
        if reason is None:
            await site.queues.send(GROUP_SYNCS_POISON, text, keep_for=timedelta(days=7))
        else:
            await site.services.orders.poison(text, reason=reason)


async def put_nonsense_aside(site: Site) -> None:
    await site.services.orders.poison("{ \x1b[31m no order", reason="the message is not JSON")


async def put_trial_aside(site: Site) -> None:
    trial = ConnectionTrial(WORKSPACE, "token-1", number=3)
    await site.services.trials.poison(encode_trial(trial), reason="gave up after repeated failures: TimeoutError")


async def visible(site: Site, queue: str = GROUP_SYNCS_POISON) -> list[tuple[str, int]]:
    """Return id and deliveries of each message that can be seen."""
    return sorted((one.id, one.deliveries) for one in await site.queues.one_by_one.look(queue))


async def sent(site: Site) -> list[SyncOrder]:
    return [decode(text) for text in await site.queues.peek(GROUP_SYNCS, 32)]


def deliveries(site: Site) -> list[tuple[object, int]]:
    """Return group and trace of each delivery of an order, in their order."""
    return [(seen.attributes["group"], seen.trace) for seen in site.world.telemetry.named(DELIVER_ORDER)]


async def traceparent_of(site: Site, message: str) -> str | None:
    return decode((await site.json("poison", "show", message))["message"]).traceparent


class TestList:
    async def test_a_message_tells_why_when_and_what_it_asks_for(self, site: Site) -> None:
        await site.failed_night(TypeError("nobody expected it"))

        told = await site.json("poison", "list")

        assert (told["lookedAt"], told["total"]) == (2, 2)
        #  A night's orders are sent side by side, so either can be the first on the queue.
        messages = {one["groupId"]: one for one in told["messages"]}
        assert messages.keys() == {"g1", "g2"}
        for one in messages.values():
            assert (one["queue"], one["lasting"]) == ("group-syncs-poison", "permanent")
            assert one["reason"] == "gave up after repeated failures: TypeError"
            assert (one["workspaceId"], one["night"]) == ("acme", "2026-11-23")
            assert (one["poisonedAt"], one["expiresAt"]) == ("2026-11-23T00:30:00+00:00", None)

    async def test_what_was_put_aside_first_comes_first(self, site: Site) -> None:
        await put_trial_aside(site)
        site.world.clock.advance(MINUTE)
        await put_aside(site, "storage cannot be reached")

        told = (await site.json("poison", "list"))["messages"]

        assert [(one["queue"], one["poisonedAt"]) for one in told] == [
            (CONNECTION_TRIALS_POISON, "2026-11-23T00:30:00+00:00"),
            (GROUP_SYNCS_POISON, "2026-11-23T00:31:00+00:00"),
        ]

    async def test_the_hosts_own_copies_have_no_reason_and_an_end(self, site: Site) -> None:
        await put_aside(site, None)

        [letter] = (await site.json("poison", "list"))["messages"]
        said = await site.ops("poison", "list")

        assert (letter["reason"], letter["lasting"], letter["groupId"]) == (None, "transient", "g1")
        assert letter["expiresAt"] is not None
        assert "no reason: the host gave up" in said.out

    async def test_both_queues_are_listed_or_one(self, site: Site) -> None:
        await put_aside(site, "storage cannot be reached")
        await put_trial_aside(site)

        everything, trials = await site.json("poison", "list"), await site.json("poison", "list", "--queue", "trials")

        assert {one["queue"] for one in everything["messages"]} == {GROUP_SYNCS_POISON, CONNECTION_TRIALS_POISON}
        assert [one["asksFor"] for one in trials["messages"]] == ["trial 3 of a connection"]

    async def test_a_selection_is_listed_alone(self, site: Site) -> None:
        other = an_order(workspace=WorkspaceId("beta"))
        await put_aside(site, "storage cannot be reached")
        await put_aside(site, "gave up after repeated failures: KeyError", order=other)
        await put_nonsense_aside(site)

        async def reasons(*arguments: str) -> list[str]:
            return [one["reason"] for one in (await site.json("poison", "list", *arguments))["messages"]]

        assert await reasons("--only", "transient") == ["storage cannot be reached"]
        assert len(await reasons("--only", "permanent")) == 2
        assert await reasons("--workspace", "beta") == ["gave up after repeated failures: KeyError"]
        [(first, _), *_] = await visible(site)
        assert len(await reasons(first[:9])) == 1

    async def test_looking_changes_nothing(self, site: Site) -> None:
        await site.failed_night()
        before = await visible(site)

        await site.ops("poison", "list")

        assert await visible(site) == before

    async def test_what_stands_behind_the_first_32_is_told_and_seen_with_all(self, site: Site) -> None:
        await put_aside(site, *["storage cannot be reached"] * 40)

        first, everything = await site.ops("poison", "list"), await site.ops("poison", "list", "--all")

        assert first.err.startswith("Looked at 32 of about 40 messages: a queue shows its first 32,")
        assert everything.err == ""
        assert everything.out.count("storage cannot be reached") == 40
        assert len(await visible(site)) == 32
        assert await site.poison() == 40

    async def test_an_empty_list_says_so(self, site: Site) -> None:
        assert (await site.ops("poison", "list")).out == "No such message was put aside.\n"


class TestShow:
    async def test_one_message_is_shown_with_its_text(self, site: Site) -> None:
        await put_aside(site, "storage cannot be reached")
        [(message, _)] = await visible(site)

        told, said = await site.json("poison", "show", message[:8]), await site.ops("poison", "show", message)

        assert (told["messageId"], told["message"]) == (message, encode(an_order()))
        assert "storage cannot be reached" in said.out
        assert '"workspace": "acme"' in said.out

    async def test_a_text_does_not_command_the_terminal(self, site: Site) -> None:
        await put_nonsense_aside(site)
        [(message, _)] = await visible(site)

        said = await site.ops("poison", "show", message)

        assert "\x1b" not in said.out
        assert "{ \\x1b[31m no order" in said.out

    async def test_one_that_is_not_seen_is_a_mistake(self, site: Site) -> None:
        said = await site.ops("poison", "show", "nobody")

        assert said.status == 2
        assert said.err == "No message that begins with 'nobody' was seen; --all looks behind the first 32.\n"

    async def test_one_message_has_to_be_meant(self, site: Site) -> None:
        await put_aside(site, *["storage cannot be reached"] * 17)
        letters = [message[0] for message, _ in await visible(site)]
        twice = next(letter for letter in letters if letters.count(letter) > 1)

        said = await site.ops("poison", "show", twice)

        assert (said.status, said.err.endswith("write more of the id.\n")) == (2, True)


class TestRedrive:
    async def test_without_yes_it_only_tells(self, site: Site) -> None:
        await site.failed_night()
        await put_nonsense_aside(site)
        before = await visible(site)

        told, said = await site.json("poison", "redrive"), await site.ops("poison", "redrive")

        assert (told["dryRun"], told["would"], told["left"]) == (True, 2, 1)
        assert "Would redrive 2 messages. Nothing was changed; --yes does it." in said.out
        assert "1 message can only be discarded: nobody can read it." in said.out
        assert (await visible(site), await sent(site)) == (before, [])
        assert await site.states() == ["failed", "failed"]

    async def test_failed_runs_go_on_and_the_poison_is_gone(self, site: Site) -> None:
        await site.failed_night()

        told = await site.json("poison", "redrive", *FAST)
        orders = await sent(site)
        await site.work_off()

        assert (told["dryRun"], told["done"], told["left"], len(told["messageIds"])) == (False, 2, 0, 2)
        assert {order.group for order in orders} == {"g1", "g2"}
        assert all(order.redrive for order in orders)
        assert await site.states() == ["succeeded", "succeeded"]
        assert await site.poison() == 0

    async def test_a_redriven_order_stays_in_its_trace(self, site: Site) -> None:
        """So that a run is one trace, from the order that failed to the delivery that went through."""
        await site.failed_night()
        failed = deliveries(site)
        letters = (await site.json("poison", "list"))["messages"]
        poisoned = {letter["groupId"]: await traceparent_of(site, letter["messageId"]) for letter in letters}

        await site.ops("poison", "redrive", *FAST)
        redriven = {order.group: order.traceparent for order in await sent(site)}
        await site.work_off()

        assert redriven == poisoned
        assert set(redriven) == {"g1", "g2"}
        assert None not in redriven.values()
        assert len(deliveries(site)) == len(failed) + 2
        assert set(deliveries(site)) == set(failed)
        assert len({trace for _, trace in failed}) == 2

    async def test_an_order_from_before_there_were_traces_is_redriven_all_the_same(self, site: Site) -> None:
        await put_aside(site, None)

        await site.ops("poison", "redrive", *FAST)

        assert [(order.group, order.traceparent) for order in await sent(site)] == [("g1", None)]

    async def test_a_second_time_there_is_nothing_to_do(self, site: Site) -> None:
        await site.failed_night()
        await site.ops("poison", "redrive", *FAST)
        await site.work_off()
        before = [await site.run("g1"), await site.run("g2")]

        told = await site.json("poison", "redrive", *FAST)
        await site.work_off()

        assert told["done"] == 0
        assert [await site.run("g1"), await site.run("g2")] == before

    async def test_an_order_that_went_through_meanwhile_is_not_repeated(self, site: Site) -> None:
        """As after a redrive that was cut off between sending and deleting."""
        await site.failed_night()
        await put_aside(site, None)
        await site.ops("poison", "redrive", *FAST)
        await site.work_off()
        before = await site.run("g1")

        told = await site.json("poison", "redrive", *FAST)
        await site.work_off()

        assert told["done"] == 1
        assert await site.run("g1") == before
        assert await site.poison() == 0

    async def test_one_order_is_sent_once_though_it_was_put_aside_twice(self, site: Site) -> None:
        """The second may be the first one's new failure; it stays until somebody asks again."""
        await put_aside(site, "storage cannot be reached", None)

        said = await site.ops("poison", "redrive", *FAST, "--json")

        assert said.status == 1
        assert (said.json["done"], said.json["left"], len(await sent(site))) == (1, 1, 1)
        assert len(await visible(site)) == 1

    async def test_what_fails_again_comes_back_and_is_not_sent_for_ever(self, site: Site) -> None:
        await site.failed_night()
        await site.ops("poison", "redrive", *FAST)

        async def fail() -> None:
            raise ConnectionResetError

        site.world.entra.before_page = fail
        await site.work_off()

        assert await site.states() == ["failed", "failed"]
        assert await site.poison() == 2

    async def test_an_order_that_came_too_late_gets_time_again(self, site: Site) -> None:
        late = an_order(not_after=NOW - MINUTE)
        await put_aside(site, "storage cannot be reached", order=late)

        await site.ops("poison", "redrive", *FAST)

        assert await sent(site) == [replace(late, redrive=True, not_after=EIGHT_IN_THE_EVENING)]

    async def test_what_nobody_can_read_stays_and_is_told(self, site: Site) -> None:
        await put_nonsense_aside(site)
        await put_aside(site, None)

        said = await site.ops("poison", "redrive", *FAST)

        assert said.status == 1
        assert "1 message sent again and deleted from the poison queues." in said.out
        assert "1 message left" in said.out
        assert len(await visible(site)) == 1

    async def test_a_selection_is_redriven_alone_and_the_others_can_be_seen_again(self, site: Site) -> None:
        await put_aside(site, "storage cannot be reached")
        await put_aside(site, "gave up after repeated failures: KeyError", order=an_order("g2"))
        await put_aside(site, "storage is busy", order=an_order(workspace=WorkspaceId("beta")))

        told = await site.json("poison", "redrive", *FAST, "--only", "transient", "--workspace", "acme")

        assert (told["done"], told["left"], told["lookedAt"]) == (1, 0, 3)
        assert [order.group for order in await sent(site)] == ["g1"]
        assert len(await visible(site)) == 2

    async def test_no_more_are_redriven_than_asked_for(self, site: Site) -> None:
        await site.failed_night()

        told = await site.json("poison", "redrive", *FAST, "--limit", "1")

        assert (told["done"], len(await sent(site))) == (1, 1)
        assert len(await visible(site)) == 1

    async def test_more_than_a_queue_hands_out_at_once_are_all_redriven(self, site: Site) -> None:
        for number in range(40):
            await put_aside(site, None, order=an_order(f"group-{number}"))

        told = await site.json("poison", "redrive", *FAST)

        assert (told["done"], await site.poison(), await site.orders()) == (40, 0, 40)

    async def test_a_trial_is_sent_again(self, site: Site) -> None:
        await put_trial_aside(site)

        told = await site.json("poison", "redrive", *FAST)

        assert told["done"] == 1
        assert await site.queues.depth(CONNECTION_TRIALS) == 1
        assert await site.queues.depth(CONNECTION_TRIALS_POISON) == 0


class TestDiscard:
    async def test_without_yes_it_only_tells(self, site: Site) -> None:
        await site.failed_night()
        before = await visible(site)

        said = await site.ops("poison", "discard")

        assert "Would discard 2 messages. Nothing was changed; --yes does it." in said.out
        assert await visible(site) == before

    async def test_with_yes_the_selection_is_gone_and_nothing_is_sent(self, site: Site) -> None:
        await put_nonsense_aside(site)
        await put_aside(site, None)

        told = await site.json("poison", "discard", *FAST, "--only", "permanent")

        assert (told["command"], told["done"]) == ("discard", 1)
        [(message, _)] = await visible(site)
        assert message not in told["messageIds"]
        assert await sent(site) == []

    async def test_one_message_is_named(self, site: Site) -> None:
        await put_aside(site, None, None)
        [(first, _), (second, _)] = await visible(site)

        said = await site.ops("poison", "discard", *FAST, first)

        assert said.out == "1 message deleted.\n"
        assert [message for message, _ in await visible(site)] == [second]

    @pytest.mark.parametrize("command", ["redrive", "discard"])
    async def test_where_there_is_nothing_it_is_said(self, site: Site, command: str) -> None:
        assert (await site.ops("poison", command)).out == f"There is nothing to {command}.\n"

    async def test_an_empty_id_means_nothing(self, site: Site) -> None:
        await put_aside(site, None)

        said = await site.ops("poison", "discard", *FAST, "")

        assert (said.status, said.err) == (2, "An empty text is no message id.\n")
        assert await site.poison() == 1
