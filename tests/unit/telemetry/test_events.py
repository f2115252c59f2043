from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from sync_core.telemetry import EventLog, event_log, quieten_libraries

if TYPE_CHECKING:
    from collections.abc import Iterator

ADDRESS = "ada@contoso.example"


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def log(kept: Kept) -> Iterator[EventLog]:
    log = event_log("tests.telemetry")
    log.logger.setLevel(logging.INFO)
    log.logger.addHandler(kept)
    yield log
    log.logger.removeHandler(kept)


def test_an_event_is_its_name_and_its_fields(log: EventLog, kept: Kept) -> None:
    log.info("plan_ready", added=3, removed=0)

    (record,) = kept.records
    assert (record.getMessage(), record.levelno) == ("plan_ready", logging.INFO)
    assert (record.__dict__["added"], record.__dict__["removed"]) == (3, 0)


def test_bound_fields_go_out_with_every_event(log: EventLog, kept: Kept) -> None:
    bound = log.bind(workspace="acme").bind(group="sales")
    bound.warning("read_slow", pages=2)
    bound.error("run_failed")

    assert [(r.__dict__["workspace"], r.__dict__["group"]) for r in kept.records] == [("acme", "sales")] * 2
    assert [r.levelno for r in kept.records] == [logging.WARNING, logging.ERROR]


def test_binding_leaves_the_first_log_as_it_was(log: EventLog, kept: Kept) -> None:
    log.bind(group="sales")
    log.info("night_begun")

    assert "group" not in kept.records[0].__dict__


def test_an_events_own_field_wins_over_a_bound_one(log: EventLog, kept: Kept) -> None:
    log.bind(run="one").info("run_taken_over", run="two")

    assert kept.records[0].__dict__["run"] == "two"


def test_an_error_tells_class_and_lines_of_its_failure_and_nothing_that_it_says(log: EventLog, kept: Kept) -> None:
    """A log is kept for months and read by many; what fails may repeat whom it failed on."""
    try:
        read_number(ADDRESS)
    except LookupError as failure:
        log.error("run_failed", failure=failure)

    said = logging.Formatter().format(kept.records[0])
    assert said.startswith("run_failed\nTraceback")
    assert "in read_number" in said
    assert said.endswith("\nLookupError")
    assert ADDRESS not in said


def read_number(text: str) -> int:
    try:
        return int(text)
    except ValueError as failure:
        raise LookupError(text) from failure


@pytest.fixture
def library_levels() -> Iterator[None]:
    names = ("httpx", "httpcore", "azure", "msal")
    levels = [logging.getLogger(name).level for name in names]
    yield
    for name, level in zip(names, levels, strict=True):
        logging.getLogger(name).setLevel(level)


@pytest.mark.usefixtures("library_levels")
@pytest.mark.parametrize("name", ["httpx", "azure.core.pipeline.policies.http_logging_policy", "azure.identity"])
def test_libraries_do_not_write_the_addresses_they_call(name: str) -> None:
    quieten_libraries()

    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
