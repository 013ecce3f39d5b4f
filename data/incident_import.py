"""Reading incident files: every row ends in one class, nothing is lost, nothing is mended in silence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import BadInput
from data.incident_source import IncidentSource, incident_sources, roles_of
from data.units import REGION_BBOX

Array = NDArray[np.float64]
OUTCOMES = ("accepted", "repaired", "generic", "duplicate", "rejected")
#: A position this far (degrees) outside the country named is still taken as in it: boxes and coasts are rough.
_MARGIN_DEG = 0.7
#: Words of a place off the land, where a country's box says little.
_AT_SEA = (
    r"\b(?:sea|seas|waters|coasts?|coastal|mediterranean|atlantic|alboran|gulf|strait|off|shore|boat|ocean|nautical"
    r"|beach|canary|canaria|embarkation|drowning)\b"
)
_ROLES = (
    "id",
    "date",
    "year",
    "month",
    "lat",
    "lon",
    "coordinates",
    "place",
    "country",
    "dead",
    "missing",
    "survivors",
    "cause",
    "source",
    "grade",
    "precision",
    "date_precision",
    "url",
)


@dataclass(frozen=True)
class ImportReport:
    """What became of a file.

    Attributes
    ----------
    source : IncidentSource
    rows : DataFrame
        One row for each row of the file, in order: `line` (in the file), `outcome`, `note` and the incident's columns
        (incident_id, date, date_precision, lon, lat, precision_km, dead, missing, survivors, cause, source_grade,
        survey, place, source).
    raw : DataFrame
        The file's own cells, aligned with `rows`.
    """

    source: IncidentSource
    rows: pd.DataFrame
    raw: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome; they add up to the rows read."""
        found = self.rows["outcome"].value_counts()
        return {outcome: int(found.get(outcome, 0)) for outcome in OUTCOMES}

    def usable(self, *, generic: bool = False) -> pd.DataFrame:
        """Return the incidents that can be located, with the generic places on request."""
        wanted = ["accepted", "repaired", *(["generic"] if generic else [])]
        return self.rows[self.rows["outcome"].isin(wanted)].reset_index(drop=True)


def import_incidents(path: Path, countries: pd.DataFrame) -> ImportReport:
    """Read an incident file in any layout known.

    Parameters
    ----------
    path : Path
        csv (UTF-8, with or without BOM) or xlsx.
    countries : DataFrame
        Table `countries` of the region pack: country_name and its box in degrees.

    Raises
    ------
    BadInput
        If the file cannot be read or its layout is not known.
    """
    raw = _read(path)
    if raw.empty:
        raise BadInput(f"{path.name}: the table has no row")
    for source in incident_sources().values():
        roles = roles_of(source, list(raw.columns))
        if roles is not None:
            break
    else:
        titles = ", ".join(source.title for source in incident_sources().values())
        raise BadInput(f"{path.name}: the columns fit no layout known ({titles})")
    table = pd.DataFrame({role: raw[roles[role]] if role in roles else "" for role in _ROLES}, index=raw.index)
    table = source.translate(table)
    rows = pd.concat([_when(table), _where(table, countries), _what(table)], axis=1)
    rows.insert(0, "line", np.arange(len(raw)) + 2)
    return ImportReport(source, _classify(rows), raw)


def _read(path: Path) -> pd.DataFrame:
    try:
        if path.suffix.lower() in (".xlsx", ".xls"):
            cells = pd.read_excel(path, dtype=object)
            return cells.map(lambda cell: "" if pd.isna(cell) else str(cell).strip())
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"{path.name} cannot be read as a table ({str(error).splitlines()[0]})") from None


def _when(table: pd.DataFrame) -> pd.DataFrame:
    """Date and its precision; a year and month alone stand for the month's middle."""
    day = pd.to_datetime(table["date"].str.strip(), errors="coerce", format="mixed", dayfirst=False)
    year = pd.to_numeric(table["year"], errors="coerce")
    month = pd.to_numeric(table["month"], errors="coerce")
    named = pd.to_datetime(table["month"].str.strip().str[:3], format="%b", errors="coerce").dt.month
    parts = pd.DataFrame({"year": year, "month": month.fillna(named), "day": 15})
    middle = pd.to_datetime(parts.where(parts.notna().all(axis=1)), errors="coerce")
    precision = table["date_precision"].where(table["date_precision"].isin(["day", "month", "year"]), "day")
    precision = precision.mask(day.isna() & middle.notna(), "month")
    return pd.DataFrame({"date": day.fillna(middle).dt.strftime("%Y-%m-%d"), "date_precision": precision})


def _where(table: pd.DataFrame, countries: pd.DataFrame) -> pd.DataFrame:
    """Position with swaps and lost signs mended where the country named leaves one reading only."""
    lon, lat = _coordinates(table)
    boxes = _named_boxes(table["country"] + " | " + table["place"], countries)
    note = np.full(len(table), "", dtype=object)
    readings = (
        ("as written", lon, lat),
        ("latitude and longitude swapped", lat, lon),
        ("sign of longitude lost", -lon, lat),
        ("sign of latitude lost", lon, -lat),
        ("swapped and sign lost", -lat, lon),
        ("swapped and sign lost", lat, -lon),
    )
    fits = np.array([[_inside(boxes[row], x[row], y[row]) for row in range(len(table))] for _, x, y in readings])
    # mended only where what is written cannot be and exactly one other reading can
    mend = ~fits[0] & np.array([bool(box) for box in boxes]) & (fits[1:].sum(axis=0) == 1)
    for number, (words, x, y) in enumerate(readings[1:], start=1):
        chosen = mend & fits[number]
        note[chosen] = [
            f"{words}: {lat[row]:g}, {lon[row]:g} is outside the country named" for row in np.flatnonzero(chosen)
        ]
        lon, lat = np.where(chosen, x, lon), np.where(chosen, y, lat)
    at_sea = (table["place"] + " " + table["cause"]).str.contains(_AT_SEA, case=False, regex=True)
    off_land = at_sea | table["place"].str.contains(r"\bbetween\b", case=False, regex=True)
    wrong = ~fits[0] & ~mend & ~off_land.to_numpy() & np.array([bool(box) for box in boxes])
    return pd.DataFrame({"lon": lon, "lat": lat, "mended": mend, "astray": wrong, "note": note}, index=table.index)


def _coordinates(table: pd.DataFrame) -> tuple[Array, Array]:
    """Return longitude and latitude from their own columns, or from "lat, lon" or WKT "POINT (lon lat)" text."""
    number = r"\s*(-?\d+(?:\.\d+)?)"
    plain = table["coordinates"].str.extract(rf"^{number}\s*[,;\s]{number}\s*$").apply(pd.to_numeric)
    wkt = table["coordinates"].str.extract(rf"^\s*POINT\s*\({number}\s+{number}\s*\)\s*$").apply(pd.to_numeric)
    lon = pd.to_numeric(table["lon"], errors="coerce").fillna(plain[1]).fillna(wkt[0])
    lat = pd.to_numeric(table["lat"], errors="coerce").fillna(plain[0]).fillna(wkt[1])
    return lon.to_numpy(float), lat.to_numpy(float)


def _named_boxes(text: pd.Series, countries: pd.DataFrame) -> list[list[tuple[float, float, float, float]]]:
    """Return, for each row, the boxes of all countries it names."""
    folded = text.str.casefold()
    found: list[list[tuple[float, float, float, float]]] = [[] for _ in range(len(text))]
    for country in countries.itertuples():
        hit = folded.str.contains(rf"\b{country.country_name.casefold()}\b", regex=True).to_numpy()
        for row in np.flatnonzero(hit):
            found[row].append((country.left, country.bottom, country.right, country.top))
    return found


def _inside(boxes: list[tuple[float, float, float, float]], lon: float, lat: float) -> bool:
    return any(
        left - _MARGIN_DEG <= lon <= right + _MARGIN_DEG and bottom - _MARGIN_DEG <= lat <= top + _MARGIN_DEG
        for left, bottom, right, top in boxes
    )


def _what(table: pd.DataFrame) -> pd.DataFrame:
    numbers = ("dead", "missing", "survivors")
    counts = {name: pd.to_numeric(table[name], errors="coerce").replace([np.inf, -np.inf], np.nan) for name in numbers}
    sea = (table["place"] + " " + table["cause"]).str.contains(_AT_SEA, case=False, regex=True)
    table = table.assign(at_sea=sea)
    kept = table[["at_sea", "precision_km", "cause", "source_grade", "survey", "generic", "place", "source"]]
    return pd.DataFrame({"incident_id": table["id"], **counts}).join(kept)


def _classify(rows: pd.DataFrame) -> pd.DataFrame:
    """Give every row its one outcome and the reason."""
    left, bottom, right, top = REGION_BBOX
    placed = np.isfinite(rows["lon"]) & np.isfinite(rows["lat"])
    zero = placed & (rows["lon"].abs() < 0.01) & (rows["lat"].abs() < 0.01)
    real = placed & rows["lon"].between(-180, 180) & rows["lat"].between(-90, 90)
    inside = rows["lon"].between(left, right) & rows["lat"].between(bottom, top)
    negative = (rows[["dead", "missing", "survivors"]] < 0).any(axis=1)
    twin = rows["incident_id"].ne("") & rows.duplicated(["incident_id", "date", "lon", "lat"])
    counted = ["date", "lon", "lat", "dead", "missing", "survivors", "place", "source"]
    twin |= rows.duplicated(counted) & rows["date_precision"].eq("day") & ~rows["survey"]
    outcome = pd.Series("accepted", index=rows.index)
    note = rows["note"].astype(object)

    def mark(where: pd.Series, name: str, why: str) -> None:
        outcome[where] = name
        note[where] = why if why else note[where]

    mark(rows["generic"], "generic", "the place says no more than a country or a desert")
    mark(rows["mended"] & ~rows["generic"], "repaired", "")
    mark(twin, "duplicate", "same incident as an earlier row")
    mark(placed & ~inside, "rejected", "outside the region")
    mark(
        rows["astray"] & placed & inside,
        "rejected",
        "the position lies outside the country named, and no reading mends it",
    )
    mark(~real | ~placed, "rejected", "no usable position")
    mark(zero, "rejected", "placeholder position 0, 0")
    mark(rows["date"].isna(), "rejected", "no usable date")
    mark(negative, "rejected", "a number of people is negative")
    return rows.assign(outcome=outcome, note=note).drop(columns=["mended", "astray"])
