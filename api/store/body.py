"""What the bodies of all kinds of records share: their fields' types, and the contract they build on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, ConfigDict, Field, field_validator

from api.plain_body import PlainBody
from api.store.changes import canonical
from data.errors import BadInput
from data.units import require_utc

Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=400)]
Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}$")]
Count = Annotated[int, Field(ge=0, le=100_000)]
Line = tuple[tuple[Lon, Lat], ...]


def _json(value: dict[str, Any]) -> dict[str, Any]:
    """Refuse what JSON cannot carry: pydantic would write null for infinity without a word."""
    try:
        canonical(value).encode()
    except (ValueError, TypeError, RecursionError):
        raise ValueError("holds what JSON cannot carry") from None
    return value


Document = Annotated[dict[str, Any], AfterValidator(_json)]


class Sensitivity(StrEnum):
    """The widest audience of a kind; each of its fields may be narrower."""

    PUBLIC = "public"
    RESEARCHER = "researcher"
    PLANNER = "planner"
    ADMIN = "admin"


@dataclass(frozen=True)
class Shape:
    """Where a record lies: WKT and its box (left, bottom, right, top)."""

    wkt: str
    bbox: tuple[float, float, float, float]


class Body(PlainBody):
    """What all bodies share."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    sensitivity: ClassVar[Sensitivity] = Sensitivity.PLANNER
    note: ClassVar[str]

    @field_validator("*", mode="after")
    @classmethod
    def _aware(cls, value: Any) -> Any:
        try:
            return require_utc(value) if isinstance(value, datetime) else value
        except BadInput as error:
            raise ValueError(error.faults[0]) from None
        except OverflowError:
            raise ValueError("lies outside the years 1 to 9999 in UTC") from None

    def happened_at(self) -> datetime | None:
        """Return when it happened; None to go by when it was written."""
        return None

    def shape(self) -> Shape | None:
        """Return where it lies, if it lies anywhere."""
        lon, lat = getattr(self, "lon", None), getattr(self, "lat", None)
        return None if lon is None or lat is None else shape_of("POINT({})", [(lon, lat)])


def known_word(field: str, value: str | None) -> str | None:
    """Return a corridor or cause that is one; ValueError for others."""
    from data.schemas import CORRIDORS, INCIDENT_CAUSES  # takes seconds to load

    words = CORRIDORS if field == "corridor" else INCIDENT_CAUSES
    if value is not None and value not in words:
        raise ValueError(f"must be one of {', '.join(words)}")
    return value


def shape_of(wkt: str, points: list[tuple[float, float]]) -> Shape:
    """Return positions as the shape that a WKT pattern makes of them."""
    lon, lat = zip(*points, strict=True)
    box = (min(lon), min(lat), max(lon), max(lat))
    return Shape(wkt.format(", ".join(f"{x!r} {y!r}" for x, y in points)), box)
