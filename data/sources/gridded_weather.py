"""Reanalysis and forecast grids: NetCDF and GRIB of ERA5, ERA5-Land and the ECMWF open forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.units import REGION_BBOX
from data.weather_field import WeatherField, WeatherSeries
from data.weather_source import WeatherSource

if TYPE_CHECKING:
    import xarray

#: Names of each quantity in NetCDF exports, cfgrib and GRIB short names.
AIR, DEW, RADIATION = ("t2m", "2t", "VAR_2T"), ("d2m", "2d", "VAR_2D"), ("ssrd", "SSRD")
AXES = {
    "time": ("valid_time", "time"),
    "lat": ("latitude", "lat"),
    "lon": ("longitude", "lon"),
}
#: More than the sun can give in an hour: sums above it were accumulated over more than the last hour.
_MOST_J_PER_M2_H = 1400.0 * 3600
_MARGIN_DEG = 1.0
#: Cell of a file that holds a single row or column, and metres in a degree of latitude.
ALONE_DEG, M_PER_DEG = 0.25, 111_200.0
_KELVIN = 273.15


def _recognises(head: bytes) -> bool:
    return head[:3] == b"CDF" or head[:8] == b"\x89HDF\r\n\x1a\n" or head[:4] == b"GRIB"


def _read(path: Path) -> WeatherField:
    found: dict[str, tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]] = {}
    title = path.suffix
    for dataset in _open(path):
        title = _title(dataset, title)
        for name, aliases in (("air_degc", AIR), ("dew_degc", DEW), ("global_wm2", RADIATION)):
            variable = next((alias for alias in aliases if alias in dataset), None)
            if variable is not None and name not in found:
                found[name] = _cells(dataset[variable], path.name)
        dataset.close()
    if "air_degc" not in found:
        raise BadInput(f"{path.name}: no air temperature at 2 m ({', '.join(AIR)}) is in the file")
    lon, lat = found["air_degc"][1:3]
    series = {}
    for name, (times_s, own_lon, own_lat, values) in found.items():
        if len(own_lon) != len(lon) or not (np.allclose(own_lon, lon) and np.allclose(own_lat, lat)):
            raise BadInput(f"{path.name}: {name} is on another grid than the air temperature")
        if name == "global_wm2":
            series[name] = _radiation(times_s, values)
        else:
            kelvin = float(np.nanmedian(values)) > 150
            series[name] = WeatherSeries(times_s, values - np.float32(_KELVIN) if kelvin else values)
    return WeatherField(title, lon, lat, _reach_m(lon, lat), {name: each for name, each in series.items() if each})


def _open(path: Path) -> list[xarray.Dataset]:
    """Open a file; GRIB gives one dataset for each kind of level and step."""
    with path.open("rb") as file:
        grib = file.read(4) == b"GRIB"
    try:
        if grib:
            import cfgrib

            # an index would be written beside the user's file
            return list(cfgrib.open_datasets(str(path), backend_kwargs={"indexpath": "", "errors": "ignore"}))
        import xarray

        return [xarray.open_dataset(path)]
    except (OSError, ValueError, KeyError, EOFError, RuntimeError) as error:
        raise BadInput(f"{path.name} cannot be read as {'GRIB' if grib else 'NetCDF'}: {error}") from None


def _title(dataset: xarray.Dataset, fallback: str) -> str:
    """Name the product: from the file's own words where it has any."""
    words = " ".join(str(value) for value in dataset.attrs.values()).casefold()
    for mark, title in (("era5-land", "ERA5-Land"), ("era5 land", "ERA5-Land"), ("era5", "ERA5")):
        if mark in words:
            return title
    if "ecmf" in words or "ecmwf" in words:
        return "ECMWF"
    return fallback if not fallback.startswith(".") else f"{fallback[1:].upper()} file"


def _cells(
    variable: xarray.DataArray, file: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float32]]:
    """Return times (s), longitudes, latitudes of the cells in the region, and values of shape (t, p)."""
    axes = {role: next((name for name in names if name in variable.coords), None) for role, names in AXES.items()}
    lacking = [role for role, name in axes.items() if name is None]
    if lacking:
        raise BadInput(f"{file}: {variable.name} has no {' and no '.join(lacking)} axis")
    lat_all, lon_all = np.asarray(variable[axes["lat"]], dtype=float), np.asarray(variable[axes["lon"]], dtype=float)
    if lat_all.ndim != 1 or lon_all.ndim != 1:
        raise BadInput(f"{file}: the grid is not regular in longitude and latitude")
    lon_all = (lon_all + 180) % 360 - 180
    left, bottom, right, top = REGION_BBOX
    rows = np.flatnonzero((lat_all >= bottom - _MARGIN_DEG) & (lat_all <= top + _MARGIN_DEG))
    columns = np.flatnonzero((lon_all >= left - _MARGIN_DEG) & (lon_all <= right + _MARGIN_DEG))
    if len(rows) == 0 or len(columns) == 0:
        raise BadInput(f"{file}: the grid does not touch the region")
    inside = variable.isel({str(axes["lat"]): rows, str(axes["lon"]): columns})
    times_s, values = _by_time(inside, str(axes["time"]), [str(axes["lat"]), str(axes["lon"])], file)
    lon, lat = np.meshgrid(lon_all[columns], lat_all[rows])
    return times_s, lon.ravel(), lat.ravel(), values


def _by_time(
    variable: xarray.DataArray, time: str, space: list[str], file: str
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Put every other dimension (steps, runs, the empty half of an ERA5 "expver") along valid time."""
    stamps = variable[time]
    spread = [str(name) for name in stamps.dims]
    rest = [str(name) for name in variable.dims if name not in spread and name not in space]
    if any(name in ("number", "realization") and variable.sizes[name] > 1 for name in rest):
        raise BadInput(f"{file}: the file is an ensemble; give one member")
    for name in rest:  # "expver" 1 and 5 share the times and complete one another
        variable = variable.max(name)
    whole = variable.transpose(*spread, *space)
    values = np.asarray(whole, dtype=np.float32).reshape(-1, int(np.prod([whole.sizes[name] for name in space])))
    times: Any = np.asarray(stamps).ravel()
    if not np.issubdtype(times.dtype, np.datetime64):
        raise BadInput(f"{file}: the times cannot be read as dates")
    times_s = times.astype("datetime64[ns]").astype(np.int64) / 1e9
    order = np.argsort(times_s, kind="stable")
    # of forecasts for one instant the last in the file is the freshest
    last = np.append(np.diff(times_s[order]) > 0, True)
    return times_s[order][last], values[order][last]


def _radiation(times_s: NDArray[np.float64], joules: NDArray[np.float32]) -> WeatherSeries | None:
    """Turn sums of radiation (J/m2) into means (W/m2) over the span before each instant.

    ERA5 sums over the last hour, ERA5-Land since midnight, forecasts since their start; where a sum falls, it began
    anew and is itself the span's.
    """
    if len(times_s) < 2:
        return None
    step_s = np.diff(times_s, prepend=times_s[0] - (times_s[1] - times_s[0]))
    if np.nanmax(joules) > _MOST_J_PER_M2_H * float(np.median(step_s)) / 3600:
        steps = np.diff(joules, axis=0)
        with np.errstate(invalid="ignore"):
            joules = np.concatenate([np.full_like(joules[:1], np.nan), np.where(steps < 0, joules[1:], steps)])
    span = np.minimum(step_s, np.float64(np.median(step_s)))
    watts = np.maximum(joules / span[:, None], 0).astype(np.float32)
    return WeatherSeries(times_s - span / 2, watts)


def _reach_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> float:
    """One cell's diagonal: inside the grid a point is never farther from the nearest centre."""
    across, up = (
        float(np.diff(np.unique(axis)).min()) if len(np.unique(axis)) > 1 else ALONE_DEG for axis in (lon, lat)
    )
    return float(np.hypot(across, up)) * M_PER_DEG


WEATHER_SOURCE = WeatherSource("grid", "NetCDF or GRIB of ERA5, ERA5-Land, ECMWF", _recognises, _read)
