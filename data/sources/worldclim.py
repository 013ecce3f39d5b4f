"""WorldClim 2.1: monthly normals of 1970-2000 as GeoTIFFs, alone or zipped."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from data.errors import BadInput
from data.raster_file import monthly
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile, Variable
from data.source_found import Found

_UNITS = {"tmax": "degC", "tmin": "degC", "tavg": "degC", "vapr": "kPa", "srad": "kJ/m2/day", "wind": "m/s"}
_NAME = re.compile(r"(tmax|tmin|tavg|vapr|srad|wind)(?:_(\d\d))?\.tif$", re.IGNORECASE)
_ADDRESS = "https://geodata.ucdavis.edu/climate/worldclim/2_1/base/"


def _read(path: Path, reading: Reading) -> Found:
    names = [path.name]
    if path.suffix.lower() == ".zip":
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except zipfile.BadZipFile:
            raise BadInput(f"{path.name} is no sound zip file; was it fetched to its end?") from None
    fitting = [(match, name) for name in names if (match := _NAME.search(name))]
    if not fitting:
        raise BadInput(f"{path.name}: no file in it goes by a name such as wc2.1_10m_tmax_07.tif")
    found = Found()
    for variable in dict.fromkeys(match.group(1).lower() for match, _ in fitting):
        months = {
            int(match.group(2) or 1): f"/vsizip/{path}/{name}" if path.suffix.lower() == ".zip" else str(path)
            for match, name in fitting
            if match.group(1).lower() == variable
        }
        found.rasters |= monthly(months, variable, _UNITS[variable], f"{variable} of {path.name}")
    return found


SOURCE = DataSource(
    name="worldclim",
    title="WorldClim 2.1 monthly normals",
    gives=("climate",),
    variables=(
        Variable("tmax", "degC", -30, 55),
        Variable("tmin", "degC", -40, 40),
        Variable("tavg", "degC", -35, 48),
        Variable("vapr", "kPa", 0, 5),
        Variable("srad", "kJ/m2/day", 0, 45_000),
        Variable("wind", "m/s", 0, 40),
    ),
    bbox=WORLD_BBOX,
    since="1970",
    until="2000",
    licence="free for any use with attribution; no redistribution of the files",
    citation="Fick and Hijmans 2017, International Journal of Climatology 37, 4302-4315",
    home="https://www.worldclim.org/data/worldclim21.html",
    patterns=("wc2.1_*.zip", "wc2.1_*.tif"),
    files=tuple(
        RemoteFile(f"{name}-10m", f"{_ADDRESS}wc2.1_10m_{name}.zip", f"wc2.1_10m_{name}.zip") for name in _UNITS
    ),
    read=_read,
)
