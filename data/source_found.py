"""What a reader found in a file, before any of it is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from data.grid import RasterGrid
    from data.weather_field import WeatherField

About = Literal["file", "position", "crs", "units", "season", "hole", "stale", "value"]
#: Columns of each kind of table; `row` names the record in the file.
COLUMNS = {
    "water": ("row", "key", "name", "lon", "lat", "kind", "reliability", "verified_on", "precision_km"),
    "places": ("row", "key", "name", "name_fr", "name_ar", "country", "lon", "lat", "kind", "precision_km"),
    "roads": ("row", "key", "name", "mode", "last_seen", "precision_km", "geometry"),
    "incidents": (
        *("row", "key", "name", "lon", "lat", "date", "date_precision", "precision_km"),
        *("dead", "missing", "survivors", "cause", "source_grade", "url"),
    ),
    "areas": ("row", "key", "name", "kind", "lon", "lat", "date", "people"),
    "borders": ("row", "key", "name", "geometry"),
    "fords": ("row", "key", "name", "lon", "lat"),
    "tracks": ("row", "key", "name", "last_seen", "geometry"),
}
#: More features than this of one file are not held.
MOST_FEATURES = 2_000_000


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a file.

    Attributes
    ----------
    about : str
    text : str
        One line, with the place in the file.
    row : tuple of str
        (table, row) of the one record at fault, which could be left out; empty where the whole file is at fault.
    warning : bool
        Whether the file may be used all the same.
    """

    about: About
    text: str
    row: tuple[str, ...] = ()
    warning: bool = False


@dataclass
class Found:
    """What is in a file.

    Attributes
    ----------
    tables : dict of str to DataFrame
        By kind, with the columns of `COLUMNS`; those with geometry are GeoDataFrames in WGS84.
    rasters : dict of str to RasterGrid
        By name: "elevation", or a variable and its month, as "tmax-07".
    weather : WeatherField or None
    findings : list of Finding
        What the reader itself noticed; `data.source_check` adds the rest.
    remarks : list of str
        What was left out, and why that is no fault.
    """

    tables: dict[str, Any] = field(default_factory=dict)
    rasters: dict[str, RasterGrid] = field(default_factory=dict)
    weather: WeatherField | None = None
    findings: list[Finding] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """Records by kind."""
        counts = {kind: len(table) for kind, table in self.tables.items()}
        return counts | ({"rasters": len(self.rasters)} if self.rasters else {})

    def refuse(self, about: About, text: str) -> None:
        """Note a fault of the whole file."""
        self.findings.append(Finding(about, text))

    def warn(self, about: About, text: str) -> None:
        """Note what does not forbid the file's use."""
        self.findings.append(Finding(about, text, warning=True))


def table_of(kind: str, records: Iterable[dict[str, Any]], **defaults: Any) -> pd.DataFrame:
    """Return records as a table of a kind; what they lack is taken from `defaults`, else empty."""
    frame = pd.DataFrame.from_records(list(records))
    for name in COLUMNS[kind]:
        if name not in frame.columns:
            frame[name] = defaults.get(name, "")
    return frame[list(COLUMNS[kind])].reset_index(drop=True)


def lines_of(kind: str, records: Iterable[dict[str, Any]], **defaults: Any) -> gpd.GeoDataFrame:
    """Return records with a `geometry` in WGS84 as a table of a kind."""
    import geopandas as gpd

    return gpd.GeoDataFrame(table_of(kind, records, **defaults), geometry="geometry", crs="EPSG:4326")
