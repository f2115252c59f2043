"""The tables that keep what people set and what runs record."""

from __future__ import annotations

WORKSPACES = "Workspaces"
TENANT_WORKSPACES = "TenantWorkspaces"
GROUPS = "Groups"
SCHEDULES = "Schedules"
DUE_SLOTS = "DueSlots"
NIGHTS = "Nights"
RUNS = "Runs"
JOURNAL = "Journal"
SYNC_STATE = "SyncState"
HELD = "Held"

TABLES = (WORKSPACES, TENANT_WORKSPACES, GROUPS, SCHEDULES, DUE_SLOTS, NIGHTS, RUNS, JOURNAL, SYNC_STATE, HELD)
