"""What Application Insights makes of the items that it takes in: rows of the tables that queries look into.

learn.microsoft.com, "Application Insights telemetry data model", says what the exporter's items hold, and "Azure
Monitor Logs reference" what the columns do: AppTraces, AppMetrics, AppRequests, AppDependencies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TABLES = {
    "MessageData": "AppTraces",
    "MetricData": "AppMetrics",
    "RequestData": "AppRequests",
    "RemoteDependencyData": "AppDependencies",
}
_TAGS = {
    "ai.cloud.role": "AppRoleName",
    "ai.cloud.roleInstance": "AppRoleInstance",
    "ai.operation.id": "OperationId",
    "ai.operation.name": "OperationName",
    "ai.operation.parentId": "ParentId",
}
_FIELDS = {
    "MessageData": {"message": "Message", "severityLevel": "SeverityLevel"},
    "MetricData": {"name": "Name", "value": "Sum", "count": "ItemCount", "min": "Min", "max": "Max"},
    "RequestData": {"id": "Id", "name": "Name", "success": "Success", "responseCode": "ResultCode", "url": "Url"},
    "RemoteDependencyData": {
        "id": "Id",
        "name": "Name",
        "success": "Success",
        "resultCode": "ResultCode",
        "target": "Target",
        "type": "DependencyType",
        "data": "Data",
    },
}
_DURATION = re.compile(r"(\d+)\.(\d\d):(\d\d):(\d\d\.\d+)")
_WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class Row:
    """*columns*: those that hold something, ``Properties`` apart."""

    table: str
    columns: Mapping[str, Any]
    properties: Mapping[str, str]

    @property
    def name(self) -> str:
        return str(self.columns["Message" if self.table == "AppTraces" else "Name"])


def rows_of(items: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return a row for each item.

    Raises:
        KeyError: one is of a kind that the product does not send.
    """
    return [_row(item) for item in items]


def _row(item: Mapping[str, Any]) -> Row:
    kind, said = item["data"]["baseType"], item["data"]["baseData"]
    if kind == "MetricData":
        [metric] = said["metrics"]
        said = {**said, **metric}
    found = {
        "TimeGenerated": item["time"],
        "ItemCount": round(_WHOLE / item.get("sampleRate", _WHOLE)),
        "DurationMs": _milliseconds(said.get("duration")),
        **{column: item["tags"].get(tag) for tag, column in _TAGS.items()},
    }
    found |= {column: said[field] for field, column in _FIELDS[kind].items() if field in said}
    columns = {column: value for column, value in found.items() if value not in {None, ""}}
    return Row(_TABLES[kind], columns, said.get("properties") or {})


def _milliseconds(duration: str | None) -> float | None:
    """Return what ``d.hh:mm:ss.fff`` says."""
    if duration is None:
        return None
    found = _DURATION.fullmatch(duration)
    assert found is not None, duration
    days, hours, minutes, seconds = map(float, found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) / timedelta(milliseconds=1)
