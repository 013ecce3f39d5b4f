"""Faults that any source's file can have: positions, seasons, holes, stale days, values out of range."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.errors import BadInput
from data.file_bounds import check_bounds
from data.grid import RasterGrid
from data.source import DataSource, Reading
from data.source_found import Finding, Found
from data.units import KM_PER_DEG

#: Less of a raster than this is known: holes.
LEAST_KNOWN = 0.5
#: Values farther than this from a temperature in degC say that the unit is another.
KELVIN, TENTHS_FROM = (230.0, 345.0), 70.0
#: A known name this near is that place, this far is not (km).
NEAR_KM, FAR_KM = 50.0, 200.0
_DATES = {"water": "verified_on", "roads": "last_seen", "tracks": "last_seen", "incidents": "date", "areas": "date"}


def read_checked(source: DataSource, path: Path, reading: Reading) -> Found:
    """Read a file of a source and note every fault of it.

    Raises
    ------
    BadInput
        If nothing of it can be understood.
    """
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file")
    if path.stat().st_size == 0:
        raise BadInput(f"{path.name}: the file is empty")
    try:
        check_bounds(path)
        found = source.read(path, reading)
    except BadInput:
        raise
    except MemoryError:
        raise BadInput(f"{path.name}: too large for this machine's memory; give a smaller part") from None
    except Exception as error:  # readers of formats raise kinds of their own
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise BadInput(f"{path.name} cannot be read as {source.title}: {why[:160]}") from None
    for kind, table in found.tables.items():
        if "lon" in table.columns:
            _positions(found, kind, table, reading)
        elif "geometry" in table.columns:
            _lines(found, kind, table, reading)
        _days(found, kind, table, source, reading.on)
    for name, grid in found.rasters.items():
        _raster(found, name, grid, source)
    _seasons(found)
    if not any(found.counts.values()) and found.weather is None and not found.findings:
        found.refuse("file", f"{path.name}: nothing in it lies in the region or is of use to it")
    return found


def leave_out(found: Found) -> Found:
    """Return what was found without the records at fault; they stay among the findings as warnings."""
    tables = {}
    for kind, table in found.tables.items():
        bad = {each.row[1] for each in found.findings if each.row and each.row[0] == kind and not each.warning}
        tables[kind] = table[~table["row"].astype(str).isin(bad)].reset_index(drop=True)
    findings = [
        Finding(each.about, f"left out: {each.text}", each.row, warning=True) if each.row else each
        for each in found.findings
    ]
    return Found(tables, found.rasters, found.weather, findings, found.remarks)


def _positions(found: Found, kind: str, table: pd.DataFrame, reading: Reading) -> None:
    lon, lat = (pd.to_numeric(table[axis], errors="coerce").to_numpy(float) for axis in ("lon", "lat"))
    left, bottom, right, top = reading.bbox
    known = np.isfinite(lon) & np.isfinite(lat)
    with np.errstate(invalid="ignore"):
        zero = known & (np.abs(lon) < 1e-6) & (np.abs(lat) < 1e-6)
        inside = known & (lon >= left) & (lon <= right) & (lat >= bottom) & (lat <= top)
        swapped = known & ~inside & (lat >= left) & (lat <= right) & (lon >= bottom) & (lon <= top)
        nowhere = known & ((np.abs(lon) > 180) | (np.abs(lat) > 90))
    # one point astray may be a slip of its own; when most would fit the other way round, the columns are swapped
    if swapped.sum() > max(2, 0.5 * len(table)) or _names_say_swapped(table, lon, lat, reading.region):
        found.refuse("position", f"{kind}: latitude and longitude are swapped: they fit the other way round")
        return
    # areas are told by name where the publisher gives no position
    unplaced = np.zeros(len(table), dtype=bool) if kind == "areas" else ~known
    for where, words in (
        (unplaced, "has no position"),
        (nowhere, "lies nowhere on Earth"),
        (zero, "has the placeholder position 0, 0"),
    ):
        for row in np.flatnonzero(where):
            _row(found, "position", kind, table, int(row), words)
    out = known & ~inside & ~nowhere & ~zero
    if out.any():
        found.remarks.append(f"{kind}: {int(out.sum())} outside the region were left out")
    found.tables[kind] = table.assign(lon=lon, lat=lat)[~out].reset_index(drop=True)


def _names_say_swapped(table: pd.DataFrame, lon: Any, lat: Any, region: Path | None) -> bool:
    """Say whether places of known names lie where they should only with the two swapped.

    In the middle of the Sahara both readings lie in the region, so that the box alone cannot tell.
    """
    if region is None:
        return False
    known: dict[str, tuple[float, float]] = {}
    for name in ("water_points", "places"):
        cells = pd.read_csv(region / f"{name}.csv", usecols=["name", "lon", "lat"])
        known |= {
            str(name).casefold(): (x, y) for name, x, y in zip(cells["name"], cells["lon"], cells["lat"], strict=True)
        }
    right = wrong = 0
    for name, x, y in zip(table["name"].astype(str).str.casefold(), lon, lat, strict=True):
        at = known.get(name)
        if at is not None and np.isfinite(x) and np.isfinite(y):
            written, turned = (KM_PER_DEG * float(np.hypot(a - at[0], b - at[1])) for a, b in ((x, y), (y, x)))
            right += written < NEAR_KM
            wrong += turned < NEAR_KM and written > FAR_KM
    return wrong > right


def _lines(found: Found, kind: str, table: Any, reading: Reading) -> None:
    import shapely

    shapes = table.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bounds = shapely.bounds(shapes)
    with np.errstate(invalid="ignore"):
        nowhere = ~empty & ~((np.abs(bounds) <= (180.0, 90.0, 180.0, 90.0)).all(axis=1))
    for where, words in ((empty, "has no line"), (nowhere, "lies nowhere on Earth; is the projection named right?")):
        for row in np.flatnonzero(where):
            _row(found, "position", kind, table, int(row), words)
    with np.errstate(invalid="ignore"):
        left, bottom, right, top = reading.bbox
        out = (bounds[:, 2] < left) | (bounds[:, 0] > right) | (bounds[:, 3] < bottom) | (bounds[:, 1] > top)
    out &= ~empty & ~nowhere
    if out.any():
        found.remarks.append(f"{kind}: {int(out.sum())} outside the region were left out")
    with np.errstate(invalid="ignore"):
        over = (bounds < (left, bottom, left, bottom)).any(axis=1) | (bounds > (right, top, right, top)).any(axis=1)
    over &= ~out & ~empty & ~nowhere
    if over.any():
        cut = table.geometry.mask(over, table.geometry.clip_by_rect(left, bottom, right, top))
        table = table.set_geometry(cut)
        found.remarks.append(f"{kind}: {int(over.sum())} were cut at the region's edge")
    kept = table[~out]
    if over.any() and kind != "borders":
        kept = kept.explode(index_parts=False)
        kept = kept[kept.geometry.geom_type == "LineString"]
    found.tables[kind] = kept.reset_index(drop=True)


def _row(found: Found, about: Any, kind: str, table: pd.DataFrame, at: int, words: str) -> None:
    row, name = str(table["row"].iloc[at]), str(table["name"].iloc[at])
    named = f" ({name[:40]})" if name else ""
    found.findings.append(Finding(about, f"{kind} {row}{named} {words}", (kind, row)))


def _days(found: Found, kind: str, table: pd.DataFrame, source: DataSource, on: date) -> None:
    column = _DATES.get(kind)
    if column is None or table.empty:
        return
    said = table[column].astype(str)
    days = pd.to_datetime(said, format="%Y-%m-%d", errors="coerce")
    for row in np.flatnonzero((said != "") & days.isna()):
        _row(found, "value", kind, table, int(row), f"has no day of the calendar: '{said.iloc[int(row)][:20]}'")
    ahead = days > pd.Timestamp(on) + pd.Timedelta(days=1)
    for row in np.flatnonzero(ahead):
        _row(found, "value", kind, table, int(row), f"is dated {said.iloc[int(row)]}, after today")
    newest = days[~ahead].max()
    age = (pd.Timestamp(on) - newest).days if pd.notna(newest) else 0
    if source.stale_days is not None and age > source.stale_days:
        found.warn("stale", f"{kind}: the newest is of {newest.date()}, {age} days ago")


def _raster(found: Found, name: str, grid: RasterGrid, source: DataSource) -> None:
    values = grid.values
    known = np.isfinite(values)
    share = float(known.mean()) if values.size else 0.0
    if share == 0:
        found.refuse("hole", f"{name}: no cell has a value")
        return
    if share < LEAST_KNOWN:
        found.warn("hole", f"{name}: {1 - share:.0%} of the cells have no value")
    low, high = float(values[known].min()), float(values[known].max())
    variable = next((each for each in source.variables if name.partition("-")[0] == each.name), None)
    if variable is None or variable.low is None or variable.high is None:
        return
    if variable.unit == "degC":
        middle = float(np.median(values[known]))
        if KELVIN[0] < middle < KELVIN[1] and KELVIN[0] - 40 < low:
            found.refuse("units", f"{name}: from {low:.4g} to {high:.4g}: that is K, not degC")
            return
        if middle > TENTHS_FROM:
            found.refuse("units", f"{name}: from {low:.4g} to {high:.4g}: that is no degC; tenths of a degree?")
            return
    if low < variable.low or high > variable.high:
        asked = f"{variable.low:g} to {variable.high:g} {variable.unit}"
        found.refuse("units", f"{name}: from {low:.4g} to {high:.4g}; {asked} is possible")


def _seasons(found: Found) -> None:
    """North of the tropics July is hotter than January: where it is not, the months or the hemisphere are swapped."""
    for name in {each.partition("-")[0] for each in found.rasters}:
        months = {int(each[-2:]): grid for each, grid in found.rasters.items() if each.startswith(f"{name}-")}
        lacking = [month for month in range(1, 13) if month not in months]
        if months and lacking and len(months) > 1:
            words = ", ".join(map(str, lacking))
            found.warn("hole", f"{name}: months {words} are not in the file")
        if not {1, 7} <= set(months) or name not in ("tmax", "tmin", "tavg"):
            continue
        january, july = (_northern_mean(months[month]) for month in (1, 7))
        if january is not None and july is not None and july < january - 2:
            words = f"July ({july:.0f}) is colder than January ({january:.0f}) north of 20 N"
            found.refuse("season", f"{name}: {words}: the seasons are swapped")


def _northern_mean(grid: RasterGrid) -> float | None:
    lat = grid.top - (np.arange(grid.values.shape[0]) + 0.5) * grid.cell_deg
    north = grid.values[(lat > 20) & (lat < 40)]
    known = north[np.isfinite(north)]
    return float(known.mean()) if known.size else None
