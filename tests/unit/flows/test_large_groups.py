"""A large group is applied while it is read, so that it is never all in memory."""

from __future__ import annotations

from sync_core.flows.apply_people import WAVE
from tests.fakes.world import World, a_group, a_tenant, a_user

PAGE = 100


async def test_a_large_group_is_stored_while_it_is_read() -> None:
    users = [f"u{number}" for number in range(3 * WAVE)]
    entra = a_tenant([a_user(user) for user in users], [a_group("g1", *users)])
    entra.page_size = PAGE
    world = await World(entra).set_up()
    waiting: list[int] = []

    async def count_who_waits() -> None:
        read = len(waiting) * PAGE
        waiting.append(read - len(world.tables.rows("Recipients")))

    entra.before_page = count_who_waits

    [run] = await world.night()

    assert run.counts.added == len(users)
    assert max(waiting) < WAVE
