"""Which properties Microsoft Graph v1.0 gives each kind of directory object, and which of them come unasked.

Sources: learn.microsoft.com, "user resource type", "group resource type", "device resource type" and
"orgContact resource type" (v1.0); each names the properties that are returned only on `$select`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["text", "flag", "number", "texts", "list", "object"]

USER = "#microsoft.graph.user"
GROUP = "#microsoft.graph.group"
DEVICE = "#microsoft.graph.device"
ORG_CONTACT = "#microsoft.graph.orgContact"
SERVICE_PRINCIPAL = "#microsoft.graph.servicePrincipal"


@dataclass(frozen=True, slots=True)
class Shape:
    """What one type of directory object looks like; *unasked* come without `$select`, in this order."""

    noun: str
    collection: str
    properties: Mapping[str, Kind]
    unasked: tuple[str, ...]


def value_when_absent(name: str, kind: Kind) -> Any:
    """Return what Graph answers for a selected property that was never set."""
    if name == "onPremisesExtensionAttributes":
        return {f"extensionAttribute{number}": None for number in range(1, 16)}
    return {"accountEnabled": True, "userType": "Member"}.get(name, [] if kind in {"texts", "list"} else None)


def _of(kind: Kind, names: str) -> dict[str, Kind]:
    return dict.fromkeys(names.split(), kind)


_USER_PROPERTIES = {
    **_of(
        "text",
        "id displayName givenName surname mail userPrincipalName mobilePhone jobTitle officeLocation"
        " preferredLanguage ageGroup city companyName consentProvidedForMinor country createdDateTime"
        " creationType deletedDateTime department employeeHireDate employeeId employeeLeaveDateTime"
        " employeeType externalUserState externalUserStateChangeDateTime faxNumber"
        " lastPasswordChangeDateTime legalAgeGroupClassification mailNickname onPremisesDistinguishedName"
        " onPremisesDomainName onPremisesImmutableId onPremisesLastSyncDateTime onPremisesSamAccountName"
        " onPremisesSecurityIdentifier onPremisesUserPrincipalName passwordPolicies postalCode"
        " preferredDataLocation securityIdentifier signInSessionsValidFromDateTime state streetAddress"
        " usageLocation userType",
    ),
    **_of("flag", "accountEnabled isManagementRestricted isResourceAccount onPremisesSyncEnabled"),
    **_of("flag", "showInAddressList"),
    **_of("texts", "businessPhones imAddresses otherMails proxyAddresses"),
    **_of("list", "assignedLicenses assignedPlans identities licenseAssignmentStates"),
    **_of("list", "onPremisesProvisioningErrors provisionedPlans serviceProvisioningErrors"),
    **_of("object", "employeeOrgData onPremisesExtensionAttributes passwordProfile"),
}

_GROUP_PROPERTIES = {
    **_of(
        "text",
        "id displayName description classification createdDateTime deletedDateTime expirationDateTime mail"
        " mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName"
        " onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesSamAccountName"
        " onPremisesSecurityIdentifier preferredDataLocation preferredLanguage renewedDateTime"
        " securityIdentifier theme uniqueName visibility",
    ),
    **_of("flag", "isAssignableToRole isManagementRestricted mailEnabled onPremisesSyncEnabled"),
    **_of("flag", "securityEnabled"),
    **_of("texts", "groupTypes proxyAddresses resourceBehaviorOptions resourceProvisioningOptions"),
    **_of("list", "assignedLabels assignedLicenses onPremisesProvisioningErrors serviceProvisioningErrors"),
}

_DEVICE_PROPERTIES = {
    **_of(
        "text",
        "id displayName deviceId operatingSystem operatingSystemVersion approximateLastSignInDateTime"
        " complianceExpirationDateTime deletedDateTime deviceCategory deviceMetadata deviceOwnership"
        " enrollmentProfileName manufacturer mdmAppId model onPremisesLastSyncDateTime profileType"
        " registrationDateTime trustType",
    ),
    **_of("flag", "accountEnabled isCompliant isManaged isRooted onPremisesSyncEnabled"),
    **_of("number", "deviceVersion"),
    **_of("texts", "physicalIds systemLabels"),
    **_of("list", "alternativeSecurityIds"),
}

_CONTACT_PROPERTIES = {
    **_of(
        "text",
        "id displayName givenName surname mail mailNickname companyName department jobTitle"
        " deletedDateTime onPremisesLastSyncDateTime",
    ),
    **_of("flag", "onPremisesSyncEnabled"),
    **_of("texts", "proxyAddresses"),
    **_of("list", "addresses phones onPremisesProvisioningErrors serviceProvisioningErrors"),
}

_PRINCIPAL_PROPERTIES = {
    **_of("text", "id displayName appId appDisplayName servicePrincipalType deletedDateTime"),
    **_of("flag", "accountEnabled"),
}

_USER_UNASKED = (
    "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname"
    " userPrincipalName id"
)

SHAPES: Mapping[str, Shape] = {
    USER: Shape("user", "users", _USER_PROPERTIES, tuple(_USER_UNASKED.split())),
    GROUP: Shape(
        "group",
        "groups",
        _GROUP_PROPERTIES,
        tuple(
            name
            for name in _GROUP_PROPERTIES
            if name not in {"assignedLabels", "assignedLicenses", "isManagementRestricted"}
        ),
    ),
    DEVICE: Shape("device", "devices", _DEVICE_PROPERTIES, tuple(_DEVICE_PROPERTIES)),
    ORG_CONTACT: Shape("contact", "contacts", _CONTACT_PROPERTIES, tuple(_CONTACT_PROPERTIES)),
    SERVICE_PRINCIPAL: Shape(
        "service principal", "servicePrincipals", _PRINCIPAL_PROPERTIES, tuple(_PRINCIPAL_PROPERTIES)
    ),
}
