from __future__ import annotations

import pytest

from sync_core.domain.field_settings import (
    VALUES_OF_FIELD,
    CustomField,
    FieldSettings,
    Switches,
    custom_attribute,
)

ALL_VALUES = [value for values in VALUES_OF_FIELD.values() for value in values]


def test_everything_is_synced_and_overwritten_by_default() -> None:
    assert list(FieldSettings().synced_values()) == [(value, value, True) for value in ALL_VALUES]


def test_a_field_that_is_not_synced_is_left_out_with_all_its_values() -> None:
    synced = {name for _, name, _ in FieldSettings(fields={"address": Switches(sync=False)}).synced_values()}

    assert synced == set(ALL_VALUES) - set(VALUES_OF_FIELD["address"])


def test_a_field_without_overwrite_says_so_for_all_its_values() -> None:
    settings = FieldSettings(fields={"address": Switches(overwrite=False)})

    assert {name for _, name, overwrite in settings.synced_values() if not overwrite} == set(
        VALUES_OF_FIELD["address"]
    )


@pytest.mark.parametrize("switches", [Switches(sync=False), Switches(overwrite=False)], ids=str)
def test_the_email_address_is_always_synced_and_overwritten(switches: Switches) -> None:
    assert ("email", "email", True) in FieldSettings(fields={"email": switches}).synced_values()


def test_a_mapped_attribute_goes_to_its_custom_field() -> None:
    settings = FieldSettings(custom={15: CustomField("costCenter", Switches(overwrite=False))})

    assert list(settings.synced_values())[-1] == ("extensionAttribute15", "costCenter", False)


def test_a_mapped_attribute_can_be_switched_off() -> None:
    settings = FieldSettings(custom={1: CustomField("costCenter", Switches(sync=False))})

    assert all(name != "costCenter" for _, name, _ in settings.synced_values())


def test_attributes_come_in_the_order_of_their_numbers() -> None:
    settings = FieldSettings(custom={number: CustomField(f"field{number}") for number in (10, 2, 1)})

    assert [source for source, _, _ in settings.synced_values()][-3:] == [custom_attribute(n) for n in (1, 2, 10)]
