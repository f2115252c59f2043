from __future__ import annotations

import json
from typing import Any

import pytest

from sync_core.adapters.entra.mapping import LONGEST_VALUE, is_blank, short_type, user_from
from sync_core.domain.entra import EntraUser
from sync_core.domain.ids import EntraUserId

ANNA = EntraUserId("6ea91a8d-e32e-41a1-b7bd-d2d185eed0e0")

FULL: dict[str, Any] = {
    "@odata.type": "#microsoft.graph.user",
    "id": ANNA,
    "displayName": "Anna M. (Berlin)",
    "givenName": "Anna",
    "surname": "Meyer",
    "mail": "anna.meyer@contoso.example",
    "userPrincipalName": "ameyer@contoso.example",
    "userType": "Member",
    "accountEnabled": True,
    "businessPhones": ["+49 30 1", "+49 30 2"],
    "mobilePhone": "+49 170 1",
    "jobTitle": "Engineer",
    "department": "Energy",
    "companyName": "Contoso",
    "streetAddress": "Am Markt 1",
    "city": "Berlin",
    "state": "BE",
    "postalCode": "10115",
    "country": "Germany",
    "officeLocation": "4/12",
    "onPremisesExtensionAttributes": {"extensionAttribute1": "north", "extensionAttribute2": None},
}


def mapped(**properties: Any) -> EntraUser:
    return user_from({"@odata.type": "#microsoft.graph.user", "id": ANNA, **properties}, ANNA)


def test_a_full_profile_arrives_under_our_names() -> None:
    user = user_from(FULL, ANNA)

    assert user == EntraUser(
        id=ANNA,
        values={
            "email": "anna.meyer@contoso.example",
            "name": "Anna Meyer",
            "businessPhone": "+49 30 1",
            "mobilePhone": "+49 170 1",
            "jobTitle": "Engineer",
            "department": "Energy",
            "company": "Contoso",
            "streetAddress": "Am Markt 1",
            "city": "Berlin",
            "state": "BE",
            "postalCode": "10115",
            "country": "Germany",
            "officeLocation": "4/12",
            "extensionAttribute1": "north",
        },
        enabled=True,
        guest=False,
    )


@pytest.mark.parametrize("mail", [None, "", "   ", 7])
def test_without_mail_the_sign_in_name_is_the_address(mail: Any) -> None:
    assert mapped(mail=mail, userPrincipalName="a@contoso.example").values == {"email": "a@contoso.example"}


@pytest.mark.parametrize(
    ("names", "name"),
    [
        ({"givenName": "Anna", "surname": "Meyer"}, "Anna Meyer"),
        ({"givenName": "Anna", "surname": None}, "Anna"),
        ({"givenName": " ", "surname": " Meyer "}, "Meyer"),
        ({"displayName": "Front desk"}, "Front desk"),
        ({"givenName": "Anna", "displayName": "Front desk"}, "Anna"),
    ],
)
def test_the_name_is_made_of_what_there_is(names: dict[str, Any], name: str) -> None:
    assert mapped(**names).values == {"name": name}


@pytest.mark.parametrize("nothing", [None, "", " \t\n", 5, True, [], {}, ["x"]])
def test_what_is_empty_or_no_text_is_absent(nothing: Any) -> None:
    """One odd person must not stop a group."""
    properties = {name: nothing for name in FULL if name not in {"@odata.type", "id", "businessPhones"}}

    assert mapped(**properties).values == {}


@pytest.mark.parametrize("phones", [None, [], [None], [7], "+49 30 1", {"0": "+49"}])
def test_a_missing_first_business_phone_is_absent(phones: Any) -> None:
    assert mapped(businessPhones=phones).values == {}


def test_all_fifteen_extension_attributes_travel_and_no_other() -> None:
    attributes = {f"extensionAttribute{number}": f"v{number}" for number in range(17)}

    values = mapped(onPremisesExtensionAttributes=attributes).values

    assert values == {f"extensionAttribute{number}": f"v{number}" for number in range(1, 16)}


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  Energy ", "Energy"),
        ("Energy\r\nand Water", "Energy and Water"),
        ("Ener\x00gy", "Ener gy"),
        ("Ener\u2028gy\x85", "Ener gy"),
        ("Zürich · 東京 👍", "Zürich · 東京 👍"),
        ("a\u00a0b", "a\u00a0b"),
    ],
)
def test_a_value_stands_on_one_line(raw: str, clean: str) -> None:
    assert mapped(department=raw).values == {"department": clean}


def test_a_broken_surrogate_becomes_storable() -> None:
    """JSON can carry half a character, which no UTF-8 writer takes."""
    values = mapped(department=json.loads('"Energy \\ud83d"')).values

    assert values["department"].encode() == "Energy \ufffd".encode()


def test_an_over_long_value_is_cut() -> None:
    values = mapped(department="x" * (LONGEST_VALUE - 1) + " yyy").values

    assert values == {"department": "x" * (LONGEST_VALUE - 1)}


@pytest.mark.parametrize(("raw", "enabled"), [(True, True), (False, False), (None, None), ("true", None), (1, None)])
def test_enabled_is_only_what_entra_said(raw: Any, enabled: bool | None) -> None:
    assert mapped(accountEnabled=raw).enabled is enabled


def test_enabled_is_unknown_where_it_is_absent() -> None:
    assert mapped().enabled is None


@pytest.mark.parametrize(
    ("raw", "guest"), [("Guest", True), ("guest", True), ("Member", False), (None, False), (3, False)]
)
def test_a_guest_is_told_by_the_user_type(raw: Any, guest: bool) -> None:
    assert mapped(userType=raw).guest is guest


@pytest.mark.parametrize(
    "raw",
    [
        {"@odata.type": "#microsoft.graph.user", "id": ANNA},
        {"@odata.type": "#microsoft.graph.user", "id": ANNA, "mail": None, "accountEnabled": None},
        {"@odata.type": "#microsoft.graph.user", "id": ANNA, "businessPhones": [], "displayName": None},
        {"@odata.id": "directoryObjects/x", "id": ANNA, "displayName": None},
    ],
)
def test_a_user_with_nothing_but_an_id_is_blank(raw: dict[str, Any]) -> None:
    assert is_blank(raw)


@pytest.mark.parametrize("said", [{"displayName": "Anna"}, {"accountEnabled": False}, {"mail": ""}])
def test_a_user_with_one_property_is_not_blank(said: dict[str, Any]) -> None:
    assert not is_blank({"@odata.type": "#microsoft.graph.user", "id": ANNA, "mail": None, **said})


def test_other_types_are_called_by_their_last_name() -> None:
    assert short_type("#microsoft.graph.servicePrincipal") == "servicePrincipal"
