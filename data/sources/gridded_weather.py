"""Reanalysis and forecast grids: NetCDF and GRIB of ERA5, ERA5-Land and the ECMWF open forecast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource
from data.units import KM_PER_DEG, M_PER_KM, REGION_BBOX
from data.weather_field import LONGEST_GAP_S, WeatherField, WeatherSeries, plausible_degc
from data.weather_source import WeatherSource
from data.weather_table import WEATHER_VARIABLES, read_as_source

if TYPE_CHECKING:
    import xarray

Array = NDArray[np.float64]

#: Names of each quantity in NetCDF exports, cfgrib and GRIB short names.
AIR, DEW, RADIATION = ("t2m", "2t", "VAR_2T"), ("d2m", "2d", "VAR_2D"), ("ssrd", "SSRD")
AXES = {
    "time": ("valid_time", "time"),
    "lat": ("latitude", "lat"),
    "lon": ("longitude", "lon"),
}
HOUR_S = 3600.0
#: Radiation left in a sum at night says that it began before; one hour's share of a clear sky cannot be passed by more.
NIGHT_J_PER_M2, MOST_OF_CLEAR_SKY, MOST_WM2 = 2e5, 1.35, 1500.0
_MARGIN_DEG = 1.0
#: Cell of a file that holds a single row or column.
ALONE_DEG = 0.25
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
                times_s, lon, lat, values = _cells(dataset[variable], path.name)
                if name != "global_wm2":
                    values = _celsius(values, str(dataset[variable].attrs.get("units", "")), variable, path.name)
                found[name] = times_s, lon, lat, values
        dataset.close()
    if "air_degc" not in found:
        raise BadInput(f"{path.name}: no air temperature at 2 m ({', '.join(AIR)}) is in the file")
    lon, lat = found["air_degc"][1:3]
    series = {}
    for name, (times_s, own_lon, own_lat, values) in found.items():
        if len(own_lon) != len(lon) or not (np.allclose(own_lon, lon) and np.allclose(own_lat, lat)):
            raise BadInput(f"{path.name}: {name} is on another grid than the air temperature")
        if name == "global_wm2":
            series[name] = _radiation(times_s, values, lon, lat, path.name)
        else:
            series[name] = WeatherSeries(times_s, values)
    return WeatherField(title, lon, lat, _reach_m(lon, lat), {name: each for name, each in series.items() if each})


def _celsius(values: NDArray[np.float32], unit: str, variable: str, file: str) -> NDArray[np.float32]:
    """Turn temperatures into degrees Celsius by the unit named, else by their size; refuse what no desert has."""
    word = unit.casefold().replace("°", "deg").replace("_", "").replace(" ", "")
    middle = float(np.nanmedian(values)) if np.isfinite(values).any() else np.nan
    if not np.isfinite(middle):
        raise BadInput(f"{file}: {variable} has no value in the region; is the file cut short?")
    if word in ("degf", "f", "fahrenheit", "degreesfahrenheit"):
        values = (values - np.float32(32)) / np.float32(1.8)
    elif word in ("k", "kelvin") or (not word.startswith(("degc", "c")) and middle > 150):
        values = values - np.float32(_KELVIN)
    return plausible_degc(values, f"{file}: {variable}")


def _open(path: Path) -> list[xarray.Dataset]:
    """Open a file; GRIB gives one dataset for each kind of level and step."""
    with path.open("rb") as file:
        grib = file.read(4) == b"GRIB"
    try:
        if not grib:
            import xarray

            return [xarray.open_dataset(path)]
        import cfgrib

        # an index would be written beside the user's file
        return list(cfgrib.open_datasets(str(path), backend_kwargs={"indexpath": "", "errors": "raise"}))
    except Exception as error:  # the C libraries behind raise kinds of their own
        raise BadInput(
            f"{path.name} cannot be read as {'GRIB' if grib else 'NetCDF'}: {error}".splitlines()[0]
        ) from None


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


def _radiation(times_s: Array, joules: NDArray[np.float32], lon: Array, lat: Array, file: str) -> WeatherSeries | None:
    """Turn sums of radiation (J/m2) into means (W/m2), each at the middle of its span.

    ERA5 sums over the last hour whatever the file's step, ERA5-Land since midnight, forecasts since their start, some
    products over the step. Which it is shows in the numbers: only a sum since earlier stays up in the night, and more
    than a clear sky gives in an hour cannot be the sum of one.
    """
    if len(times_s) < 2:
        return None
    step_s = np.diff(times_s, prepend=2 * times_s[0] - times_s[1])
    hour_wm2, step_wm2 = (
        clear_sky_mean_wm2(times_s, span, lon, lat) for span in (np.full(len(times_s), HOUR_S), step_s)
    )
    middle = np.nanmedian(joules, axis=1)
    dark = step_wm2 < 1.0
    if (middle[dark] > NIGHT_J_PER_M2).any():
        rise = np.diff(joules, axis=0)
        with np.errstate(invalid="ignore"):
            joules = np.concatenate([np.full_like(joules[:1], np.nan), np.where(rise < 0, joules[1:], rise)])
        span_s = np.where(step_s <= LONGEST_GAP_S, step_s, np.nan)
    else:
        bright = hour_wm2 > 100
        ratio = middle[bright] / (hour_wm2[bright] * HOUR_S)
        hourly = len(ratio) == 0 or np.nanquantile(ratio, 0.9) <= MOST_OF_CLEAR_SKY
        span_s = np.full(len(times_s), HOUR_S) if hourly else step_s
    watts = np.maximum(joules / span_s[:, None], 0).astype(np.float32)
    if np.nanmax(watts, initial=0) > MOST_WM2:
        raise BadInput(
            f"{file}: radiation of {np.nanmax(watts):.0f} W/m2 is more than the sun gives; are the sums in J/m2?"
        )
    return WeatherSeries(times_s - np.nan_to_num(span_s, nan=HOUR_S) / 2, watts)


def clear_sky_mean_wm2(times_s: Array, span_s: Array, lon: Array, lat: Array) -> Array:
    """Return the clear-sky radiation (Haurwitz 1945) at the grid's middle, averaged over a span before each instant."""
    from pvlib import clearsky, solarposition

    part = (np.arange(12) + 0.5) / 12
    moments = pd.to_datetime((times_s[:, None] - span_s[:, None] * part).ravel(), unit="s", utc=True)
    sun = solarposition.get_solarposition(moments, float(np.median(lat)), float(np.median(lon)), method="nrel_numpy")
    found = clearsky.haurwitz(sun["apparent_zenith"])["ghi"].to_numpy(float)
    return np.asarray(found.reshape(len(times_s), -1).mean(axis=1))


def _reach_m(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> float:
    """One cell's diagonal: inside the grid a point is never farther from the nearest centre."""
    across, up = (
        float(np.diff(np.unique(axis)).min()) if len(np.unique(axis)) > 1 else ALONE_DEG for axis in (lon, lat)
    )
    return float(np.hypot(across, up)) * KM_PER_DEG * M_PER_KM


WEATHER_SOURCE = WeatherSource("grid", "NetCDF or GRIB of ERA5, ERA5-Land, ECMWF", _recognises, _read)

SOURCE = DataSource(
    name="era5",
    title="ERA5, ERA5-Land and ECMWF open forecast (NetCDF, GRIB)",
    gives=("weather",),
    variables=WEATHER_VARIABLES,
    bbox=WORLD_BBOX,
    since="1940",
    until="",
    licence="CC BY 4.0 (Copernicus licence for ERA5)",
    citation="Hersbach et al. 2020, doi:10.1002/qj.3803; Muñoz-Sabater et al. 2021, doi:10.5194/essd-13-4349-2021",
    home="https://cds.climate.copernicus.eu",
    patterns=("*.nc", "*.grib", "*.grib2", "*.grb"),
    read=read_as_source,
    by_hand="ask the Climate Data Store (free account) for 2m_temperature, 2m_dewpoint_temperature, ssrd",
)
