"""The tables that hold the people of all workspaces."""

from __future__ import annotations

RECIPIENTS = "Recipients"
MEMBERS = "Members"
IDENTITIES = "Identities"

TABLES = (RECIPIENTS, MEMBERS, IDENTITIES)
