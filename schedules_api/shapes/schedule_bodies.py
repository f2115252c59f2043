"""The bodies that set a schedule: a whole one for ``PUT``, the parts to change for ``PATCH``."""

from __future__ import annotations

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, TypeAdapter, field_validator, model_validator

from schedules_api.shapes.base import Body, needed
from sync_core.domain.schedule import Cadence

CadenceName = Literal["daily", "weekly"]
DayName = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_DAYS: tuple[DayName, ...] = get_args(DayName)


class DailySchedule(Body):
    """A sync every midnight UTC."""

    cadence: Literal["daily"]
    enabled: bool = True

    @property
    def wanted(self) -> Cadence:
        return Cadence("daily")


class WeeklySchedule(Body):
    """A sync at the midnight UTC that begins a day of the week."""

    cadence: Literal["weekly"]
    day_of_week: DayName
    enabled: bool = True

    @property
    def wanted(self) -> Cadence:
        return weekly_on(self.day_of_week)


class ScheduleChange(Body):
    """The parts of a schedule to change: at least one, and with the cadence weekly its day."""

    cadence: CadenceName | None = None
    day_of_week: DayName | None = None
    enabled: bool | None = None

    @field_validator("*", mode="before")
    @classmethod
    def _is_given(cls, value: object) -> object:
        if value is None:
            raise needed("must not be null")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.model_fields_set:
            raise needed("must name at least one of cadence, dayOfWeek and enabled")
        if self.cadence == "weekly" and self.day_of_week is None:
            raise needed("must name dayOfWeek with the cadence weekly")
        if self.cadence == "daily" and self.day_of_week is not None:
            raise needed("must not name dayOfWeek with the cadence daily")
        return self

    @property
    def wanted(self) -> Cadence | None:
        """The cadence to set, None where it is to stay. A day alone is a weekly cadence on that day."""
        if self.day_of_week is not None:
            return weekly_on(self.day_of_week)
        return None if self.cadence is None else Cadence("daily")


NEW_SCHEDULE: TypeAdapter[DailySchedule | WeeklySchedule] = TypeAdapter(
    Annotated[DailySchedule | WeeklySchedule, Field(discriminator="cadence")]
)
SCHEDULE_CHANGE = TypeAdapter(ScheduleChange)


def weekly_on(day: DayName) -> Cadence:
    return Cadence("weekly", _DAYS.index(day))


def day_name(cadence: Cadence) -> DayName | None:
    """Return the day of a weekly cadence, None for a daily one."""
    return None if cadence.day is None else _DAYS[cadence.day]
