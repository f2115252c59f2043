"""Field settings and sync options, one document, as the API takes and shows them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from schedules_api.shapes.base import Answer, Body, needed
from sync_core.domain.field_settings import CUSTOM_ATTRIBUTES
from sync_core.domain.field_settings_json import settings_from_json, settings_to_json
from sync_core.domain.options import LARGEST_OF_GUARD, SyncOptions, options_from_json, options_to_json
from sync_core.domain.workspaces import Rulebook

if TYPE_CHECKING:
    from collections.abc import Callable

_USUAL = SyncOptions()
_LONGEST_TIME = 40


def _only(wanted: bool, reason: str) -> Callable[[object], object]:
    def check(value: object) -> object:
        if value is not wanted:
            raise needed(f"must be {str(wanted).lower()}: {reason}")
        return value

    return check


_Follows = Annotated[Literal[True], BeforeValidator(_only(True, "the e-mail address always follows Entra ID"))]  # noqa: FBT003
_NotYet = Annotated[Literal[False], BeforeValidator(_only(False, "profile pictures are not yet available"))]  # noqa: FBT003


class _Part(Body):
    """A part of the document, which is shown as it is taken."""

    model_config = ConfigDict(serialize_by_alias=True)


class SwitchesPart(_Part):
    """*sync*: import the field. *overwrite*: replace a differing value that is already here."""

    sync: bool = True
    overwrite: bool = True


class EmailPart(_Part):
    """The e-mail address always follows Entra ID."""

    sync: _Follows = True
    overwrite: _Follows = True


class ProfilePicturePart(_Part):
    """Not yet available: shown, so that it can be told."""

    available: _NotYet = False
    sync: _NotYet = False
    overwrite: _NotYet = False


class FieldsPart(_Part):
    """What is left out has both switches on."""

    email: EmailPart = EmailPart()
    name: SwitchesPart = SwitchesPart()
    profile_picture: ProfilePicturePart = ProfilePicturePart()
    business_phone: SwitchesPart = SwitchesPart()
    mobile_phone: SwitchesPart = SwitchesPart()
    job_title: SwitchesPart = SwitchesPart()
    department: SwitchesPart = SwitchesPart()
    company: SwitchesPart = SwitchesPart()
    address: Annotated[
        SwitchesPart,
        Field(description="Six values: streetAddress, city, state, postalCode, country, officeLocation."),
    ] = SwitchesPart()


class CustomFieldPart(SwitchesPart):
    """An extension attribute, mapped to a custom field; no two fields have one name, whatever the case."""

    name: Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]{0,39}$", examples=["costCenter"])]


_CustomAttributes = Annotated[
    dict[str, CustomFieldPart],
    Field(
        description="By the number of the extension attribute in Entra ID (onPremisesExtensionAttributes). What is "
        "left out is not imported.",
        examples=[{"1": {"name": "costCenter", "sync": True, "overwrite": True}}],
        json_schema_extra={"propertyNames": {"enum": [str(number) for number in CUSTOM_ATTRIBUTES]}},
    ),
]


def _up_to(name: str) -> Any:
    return Field(ge=0, le=LARGEST_OF_GUARD[name])


class RemovalGuardPart(_Part):
    """Removals and deactivations of one run that wait for an approval.

    More than *percent* of the members and at least *minimum* people, or more than *maximum*, or everybody.
    """

    enabled: bool = _USUAL.removal_guard.enabled
    percent: Annotated[int, _up_to("percent")] = _USUAL.removal_guard.percent
    minimum: Annotated[int, _up_to("minimum")] = _USUAL.removal_guard.minimum
    maximum: Annotated[int, _up_to("maximum")] = _USUAL.removal_guard.maximum


class OptionsPart(_Part):
    """What is left out has its default."""

    import_new_users: Annotated[
        bool, Field(description="Off: only people already in the workspace are matched and kept current.")
    ] = _USUAL.import_new_users
    include_guests: bool = _USUAL.include_guests
    include_nested_groups: bool = _USUAL.include_nested_groups
    when_user_leaves_group: Annotated[
        Literal["keep", "removeFromGroup"], Field(description="`removeFromGroup`: the card of that group ends.")
    ] = _USUAL.when_user_leaves_group.value
    when_user_leaves_last_group: Literal["keep", "deactivate", "delete"] = _USUAL.when_user_leaves_last_group.value
    when_user_disabled: Literal["deactivate", "keep"] = _USUAL.when_user_disabled.value
    update_group_details: Annotated[bool, Field(description="Name and description follow Entra ID.")] = (
        _USUAL.update_group_details
    )
    update_cards: Annotated[bool, Field(description="Off: cards go on showing what they show.")] = _USUAL.update_cards
    removal_guard: RemovalGuardPart = RemovalGuardPart()


class SyncOptionsBody(Body):
    """The whole document: what is left out of its parts has its default."""

    fields: FieldsPart
    custom_attributes: _CustomAttributes
    options: OptionsPart
    confirmed_at: Annotated[
        str | None,
        Field(max_length=_LONGEST_TIME, description="Not looked at: saving confirms the settings, at that moment."),
    ] = None

    @property
    def rules(self) -> Rulebook:
        """Return what the document says.

        Raises:
            OptionProblem: two parts of it do not fit together.
        """
        document = self.model_dump(by_alias=True)
        del document["fields"]["profilePicture"]
        settings = settings_from_json({name: document[name] for name in ("fields", "customAttributes")})
        return Rulebook(options_from_json(document["options"]), settings)


class SyncOptionsAnswer(Answer):
    """Field settings and sync options: before anything was saved, the defaults."""

    fields: FieldsPart
    custom_attributes: _CustomAttributes
    options: OptionsPart
    confirmed_at: Annotated[
        datetime | None,
        Field(description="When they were saved. Null: never, so no sync runs (`settings-not-confirmed`)."),
    ]


SYNC_OPTIONS = TypeAdapter(SyncOptionsBody)


def sync_options_answer(rules: Rulebook) -> SyncOptionsAnswer:
    document = settings_to_json(rules.settings)
    return SyncOptionsAnswer(
        fields=FieldsPart.model_validate(document["fields"]),
        custom_attributes={
            number: CustomFieldPart.model_validate(part) for number, part in document["customAttributes"].items()
        },
        options=OptionsPart.model_validate(options_to_json(rules.options)),
        confirmed_at=rules.confirmed_at,
    )
