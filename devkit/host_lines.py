"""The host's log lines as a person likes to follow them: shorter, with names of groups, trouble in colour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_LINE = re.compile(r"\d{4}-\d\d-\d\dT(?P<time>\d\d:\d\d:\d\d)\.\d+Z (?P<level>\w+) +(?P<logger>[\w.]+): (?P<said>.*)")
_EVENT = re.compile(r"(?P<event>[a-z]+(?:_[a-z]+)+|midnight)(?P<fields>(?: \w+=(?:\"(?:[^\"\\]|\\.)*\"|\S*))*)")
_GROUP = re.compile(r"\bgroup=([\w-]+)")
_EMPTY = re.compile(r' (?:\w+=""|workspace=\S+)')
_EXECUTED = re.compile(r"Executed 'Functions\.(\w+)' \((\w+), Id=[\w-]+, Duration=(\d+)ms\)")
_EXECUTING = re.compile(r"Executing 'Functions\.")
_STYLES = {"WARNING": "yellow", "ERROR": "red", "CRITICAL": "bold red"}
_PRODUCT = "sync_core"


def pretty(line: str, names: Mapping[str, str]) -> Text | None:
    """Return *line* for the terminal, None where its end says it all; *names* are those of groups by id.

    A line that is no record stays as it is.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        return Text(line)
    style = _STYLES.get(found["level"], "")
    text = Text(f"{found['time']}  ", style="dim")
    if _EXECUTING.match(found["said"]):
        return None
    if executed := _EXECUTED.fullmatch(found["said"]):
        return text.append(f"{executed[1]} {executed[2].lower()} in {executed[3]} ms", style=style or "dim")
    event = _EVENT.fullmatch(found["said"]) if found["logger"].startswith(_PRODUCT) else None
    if event is None:
        return text.append(found["said"], style=style or "dim")
    fields = _GROUP.sub(lambda group: f"group={names.get(group[1], group[1])}", _EMPTY.sub("", event["fields"]))
    return text.append(event["event"].replace("_", " "), style=style or "bold").append(fields, style=style)
