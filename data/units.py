"""Units and times: constants with their unit in the name, and aware-UTC checks."""

from __future__ import annotations

from datetime import UTC, date, datetime

from data.errors import BadInput

M_PER_KM = 1000.0
S_PER_H = 3600.0
#: Length of a degree of latitude at the region's middle, to 0.5 %: for cells and margins, never for distances.
KM_PER_DEG = 111.2
#: No degree of longitude or latitude is longer than this anywhere on WGS84.
M_PER_DEG_AT_MOST = 111_700.0
HOURS_PER_DAY = 24
DAYS_PER_YEAR = 365.25

#: From a rate per km and day to the unit shown to people: per 100 km and month.
PER_100KM_MONTH = 100 * DAYS_PER_YEAR / 12

#: Region of the project: (left, bottom, right, top) in degrees, WGS84.
REGION_BBOX = (-19.0, -4.0, 52.0, 40.0)
CRS_WGS84 = "EPSG:4326"


def require_utc(moment: datetime) -> datetime:
    """Return `moment` in UTC; refuse a naive one.

    Raises
    ------
    BadInput
        If `moment` carries no time zone: an hour's error moves a search by kilometres.
    """
    if moment.tzinfo is None:
        raise BadInput(f"time {moment.isoformat()} has no time zone; write it with Z or an offset")
    return moment.astimezone(UTC)


def parse_date(text: str, *, field: str = "date") -> date:
    """Read an ISO date (YYYY-MM-DD).

    Raises
    ------
    BadInput
        If the text is not a day of the calendar.
    """
    try:
        if len(text) != len("2026-06-15"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{field} '{text}' is not a day of the calendar; write it as 2026-06-15") from None
