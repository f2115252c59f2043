"""The tables of Application Insights in a Log Analytics workspace, with their columns and the columns' types.

learn.microsoft.com, "Azure Monitor Logs reference": AppTraces, AppMetrics, AppRequests, AppDependencies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_TEXTS = (
    "AppRoleInstance AppRoleName AppVersion ClientBrowser ClientCity ClientCountryOrRegion ClientIP ClientModel"
    " ClientOS ClientStateOrProvince ClientType IKey _IsBillable OperationId OperationName ParentId ResourceGUID"
    " _ResourceId SDKVersion SessionId SourceSystem _SubscriptionId SyntheticSource TenantId Type UserAccountId"
    " UserAuthenticatedId UserId"
)
_ALL = {
    **dict.fromkeys(_TEXTS.split(), "string"),
    "_BilledSize": "real",
    "ItemCount": "int",
    "Properties": "dynamic",
    "TimeGenerated": "datetime",
}
_REFERRING = {"Measurements": "dynamic", "ReferencedItemId": "string", "ReferencedType": "string"}
_OPERATION = {
    **_REFERRING,
    "DurationMs": "real",
    "Id": "string",
    "Name": "string",
    "ResultCode": "string",
    "Success": "bool",
}

TABLES: Mapping[str, Mapping[str, str]] = {
    "AppTraces": {**_ALL, **_REFERRING, "Message": "string", "SeverityLevel": "int"},
    "AppMetrics": {**_ALL, "Name": "string", "Sum": "real", "Min": "real", "Max": "real"},
    "AppRequests": {**_ALL, **_OPERATION, "Source": "string", "Url": "string"},
    "AppDependencies": {**_ALL, **_OPERATION, "Data": "string", "DependencyType": "string", "Target": "string"},
}
