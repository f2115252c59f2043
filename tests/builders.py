"""Domain values for tests: plausible as they are, with whatever a test cares about given by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sync_core.domain.consent import Consent
from sync_core.domain.directory import Card, CardState, LinkedGroup, Member, Recipient
from sync_core.domain.entra import EntraGroup, EntraUser, MembersPage, ReadProof
from sync_core.domain.field_settings import EMAIL, NAME
from sync_core.domain.ids import EntraGroupId, EntraUserId, GroupId, RecipientId, RunId, TenantId, WorkspaceId
from sync_core.domain.journal import JournalEntry, JournalPage, page_name
from sync_core.domain.nights import Night
from sync_core.domain.orders import SyncOrder
from sync_core.domain.planning import ChangeKind
from sync_core.domain.runs import Counts, Run, RunState, RunSummary, Trigger, night_run_id
from sync_core.domain.schedule import Cadence, Schedule, midnight_of
from sync_core.domain.state import GroupState
from sync_core.domain.workspaces import Connection, ConnectionStatus, Rulebook, Workspace

WORKSPACE = WorkspaceId("acme")
GROUP = GroupId("sales")
TENANT = TenantId("7d0e4b5c-52a8-4c0e-9a5e-0c6f6d7f6a01")
ENTRA_USER = EntraUserId("3f6a1c9e-8f0b-4d53-a2a4-5b6f6d3b9b10")
ENTRA_GROUP = EntraGroupId("b1c7d3d2-6a0f-4e0b-8c43-2b9c0d9a7e55")
RECIPIENT = RecipientId("r-ada")

#  A Monday, so that the day of a week is easy to see.
NIGHT = date(2026, 11, 23)
MIDNIGHT = midnight_of(NIGHT)
RUN = night_run_id(NIGHT, generation=1)

DAILY = Cadence("daily")
MONDAYS = Cadence("weekly", 0)


def entra_user_id(number: int) -> EntraUserId:
    return EntraUserId(f"00000000-0000-4000-8000-{number:012d}")


def an_entra_user(**changes: Any) -> EntraUser:
    user = EntraUser(ENTRA_USER, {EMAIL: "ada@example.com", NAME: "Ada Lovelace", "jobTitle": "Analyst"})
    return replace(user, **changes)


def an_entra_group(**changes: Any) -> EntraGroup:
    return replace(EntraGroup(ENTRA_GROUP, "Sales", "Everybody who sells"), **changes)


def a_members_page(*users: EntraUser, **others: int) -> MembersPage:
    return MembersPage(users, others)


def a_proof(**changes: Any) -> ReadProof:
    return replace(ReadProof(pages=2, users=1001, counted=1001, complete=True, others={"device": 1}), **changes)


def a_card(**changes: Any) -> Card:
    return replace(Card(version=1, state=CardState.ACTIVE, read_at=MIDNIGHT), **changes)


def a_recipient(**changes: Any) -> Recipient:
    recipient = Recipient(
        id=RECIPIENT,
        entra_id=ENTRA_USER,
        values={EMAIL: "ada@example.com", NAME: "Ada Lovelace", "jobTitle": "Analyst"},
        enabled_in_entra=True,
        cards={GROUP: a_card()},
        read_at=MIDNIGHT,
        fingerprint="f1",
        revision=1,
        runs=(f"{GROUP}/{RUN}/a1-000001",),
    )
    return replace(recipient, **changes)


def a_member(**changes: Any) -> Member:
    return replace(Member(RECIPIENT, ENTRA_USER, "f1"), **changes)


def a_linked_group(**changes: Any) -> LinkedGroup:
    return replace(LinkedGroup(GROUP, ENTRA_GROUP, "Sales", "Everybody who sells", members=12), **changes)


def a_schedule(cadence: Cadence = DAILY, **changes: Any) -> Schedule:
    return replace(Schedule(cadence, enabled=True, revision=1, changed_at=MIDNIGHT), **changes)


def a_night(**changes: Any) -> Night:
    return replace(Night(NIGHT, (NIGHT,), MIDNIGHT), **changes)


def a_run(**changes: Any) -> Run:
    return replace(Run(RUN, Trigger.NIGHT, RunState.RUNNING, night=NIGHT, attempt="a1", attempts=1), **changes)


def a_run_summary(**changes: Any) -> RunSummary:
    summary = RunSummary(RUN, RunState.SUCCEEDED, Counts(read=3, added=2, updated=1), started_at=MIDNIGHT)
    return replace(summary, **changes)


def a_group_state(**changes: Any) -> GroupState:
    state = GroupState(run=RUN, attempt="a1", lease_until=MIDNIGHT + timedelta(seconds=90), spread=False)
    return replace(state, **changes)


def a_workspace(**changes: Any) -> Workspace:
    return replace(Workspace(WORKSPACE, "Acme", "enterprise", TENANT), **changes)


def a_connection(**changes: Any) -> Connection:
    return replace(Connection(TENANT, ConnectionStatus.CONNECTED), **changes)


def a_consent(**changes: Any) -> Consent:
    consent = Consent("0" * 64, starter="admin-1", asked_at=MIDNIGHT, expires_at=MIDNIGHT + timedelta(hours=1))
    return replace(consent, **changes)


def a_rulebook(**changes: Any) -> Rulebook:
    return replace(Rulebook(confirmed_at=datetime(2026, 11, 1, 9, tzinfo=UTC)), **changes)


def a_sync_order(**changes: Any) -> SyncOrder:
    order = SyncOrder(WORKSPACE, GROUP, MIDNIGHT + timedelta(hours=20), night=NIGHT, covers=(NIGHT,))
    return replace(order, **changes)


def a_manual_order(run: RunId, **changes: Any) -> SyncOrder:
    return replace(a_sync_order(night=None, covers=(), run=run), **changes)


def a_journal_entry(**changes: Any) -> JournalEntry:
    entry = JournalEntry(RECIPIENT, ENTRA_USER, ChangeKind.ADDED.value, changes={"values.name": [None, "Ada"]})
    return replace(entry, **changes)


def a_journal_page(*entries: JournalEntry, number: int = 1, attempt: str = "a1") -> JournalPage:
    return JournalPage(page_name(attempt, number), entries or (a_journal_entry(),))
