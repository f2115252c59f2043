from __future__ import annotations

from typing import Any

import pytest

from sync_core.domain.field_settings import VALUES_OF_FIELD, CustomField, FieldSettings, Switches
from sync_core.domain.field_settings_json import settings_from_json, settings_to_json
from sync_core.domain.options import OptionProblem

KEPT_ONCE = {"sync": True, "overwrite": False}


def test_settings_are_read_as_they_are_written() -> None:
    settings = FieldSettings(
        fields={"jobTitle": Switches(overwrite=False), "address": Switches(sync=False)},
        custom={15: CustomField("costCenter"), 2: CustomField("Badge_2", Switches(sync=False, overwrite=False))},
    )

    assert settings_from_json(settings_to_json(settings)) == settings


def test_every_field_is_written_with_its_switches_even_if_never_set() -> None:
    document = settings_to_json(FieldSettings(fields={"jobTitle": Switches(overwrite=False)}))

    assert set(document["fields"]) == set(VALUES_OF_FIELD)
    assert document["fields"]["jobTitle"] == KEPT_ONCE
    assert document["fields"]["email"] == {"sync": True, "overwrite": True}


def test_what_is_absent_is_on() -> None:
    settings = settings_from_json({"fields": {"company": {"overwrite": False}}})

    assert settings == FieldSettings(fields={"company": Switches(sync=True, overwrite=False)})
    assert settings_from_json({}) == FieldSettings()


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ([], "the field settings"),
        (None, "the field settings"),
        ({"columns": {}}, "columns"),
        ({"fields": []}, "fields"),
        ({"fields": {"jobtitle": {}}}, "fields.jobtitle"),
        ({"fields": {"city": {}}}, "fields.city"),
        ({"fields": {"jobTitle": True}}, "fields.jobTitle"),
        ({"fields": {"jobTitle": {"sync": "yes"}}}, "fields.jobTitle.sync"),
        ({"fields": {"jobTitle": {"overwrite": 1}}}, "fields.jobTitle.overwrite"),
        ({"fields": {"jobTitle": {"sink": True}}}, "fields.jobTitle.sink"),
        ({"fields": {"email": {"sync": False}}}, "fields.email"),
        ({"fields": {"email": {"overwrite": False}}}, "fields.email"),
        ({"customAttributes": {"0": {"name": "a"}}}, "customAttributes.0"),
        ({"customAttributes": {"16": {"name": "a"}}}, "customAttributes.16"),
        ({"customAttributes": {"01": {"name": "a"}}}, "customAttributes.01"),
        ({"customAttributes": {"1": "costCenter"}}, "customAttributes.1"),
        ({"customAttributes": {"1": {}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": ""}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "1st"}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "cost center"}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "a" * 41}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "größe"}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "costCenter\n"}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "Department"}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "city"}}}, "customAttributes.1.name"),
        ({"customAttributes": {"1": {"name": "a"}, "2": {"name": "A"}}}, "customAttributes.2.name"),
        ({"customAttributes": {"1": {"name": "a", "sync": None}}}, "customAttributes.1.sync"),
        ({"customAttributes": {"1": {"name": "a", "kind": "text"}}}, "customAttributes.1.kind"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_with_its_place(document: Any, place: str) -> None:
    with pytest.raises(OptionProblem) as problem:
        settings_from_json(document)

    assert problem.value.place == place
