"""Log lines and which of them are let through."""

from __future__ import annotations

import io
import logging

import pytest

from devkit.functions_host.context import current_function
from devkit.functions_host.logs import LevelFilter, LineFormatter


def record(name: str, level: int = logging.INFO, message: str = "plan_ready", **extra: object) -> logging.LogRecord:
    return logging.getLogger(name).makeRecord(name, level, __file__, 1, message, (), None, extra=extra)


def test_extra_fields_follow_the_message() -> None:
    line = LineFormatter(colour=False).format(record("sync", run="r-1", added=3, note="two words", odd=None))

    assert line.endswith('Z INFO     sync: plan_ready run=r-1 added=3 note="two words" odd=null')


def test_an_error_stands_below_its_line() -> None:
    failed = record("sync", logging.ERROR)
    error = ValueError("no")
    failed.exc_info = (type(error), error, None)

    lines = LineFormatter(colour=False).format(failed).splitlines()

    assert lines[1:] == ["ValueError: no"]


@pytest.mark.parametrize("colour", [True, False])
def test_only_a_terminal_gets_colours(*, colour: bool) -> None:
    line = LineFormatter(colour=colour).format(record("sync", logging.WARNING))

    assert ("\x1b[33m" in line) is colour


@pytest.mark.parametrize(
    ("name", "level", "passes"),
    [
        ("Function.night", logging.INFO, False),
        ("Function.night", logging.WARNING, True),
        ("Function.other", logging.INFO, True),
        ("Function.other", logging.DEBUG, False),
        ("Host.Startup", logging.ERROR, False),
        ("azure.core", logging.INFO, False),
        ("azure.core", logging.WARNING, True),
    ],
)
def test_the_longest_matching_category_decides(name: str, level: int, *, passes: bool) -> None:
    levels = LevelFilter(
        {"default": "Information", "Function": "Information", "Function.night": "Warning", "host": "None"}
    )

    assert levels.filter(record(name, level)) is passes


def test_what_a_function_logs_is_in_its_own_category() -> None:
    """As on Azure, a rule for a Python logger's name does not reach it."""
    levels = LevelFilter({"default": "Information", "Function.night.User": "Error", "mine": "Trace"})
    token = current_function.set("night")
    try:
        assert not levels.filter(record("mine", logging.WARNING))
        assert levels.filter(record("mine", logging.ERROR))
    finally:
        current_function.reset(token)


def test_lines_go_through_a_handler_unbroken() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(colour=False))
    handler.handle(record("sync", note="a\nb"))

    assert stream.getvalue().count("\n") == 1
