"""CHIRTS: monthly maximum temperature from infrared and stations, as GeoTIFFs of one month."""

from __future__ import annotations

import re
from pathlib import Path

from data.errors import BadInput
from data.raster_file import monthly
from data.source import DataSource, Reading, RemoteFile, Variable
from data.source_found import Found

_NAME = re.compile(r"(tmax|tmin|chirtsmax).*?(\d{4})\.(\d\d)(?:\.\d\d)?\.tif$", re.IGNORECASE)
_ADDRESS = "https://data.chc.ucsb.edu/products/CHIRTSmonthly/CHIRTSmax.CDR/"
_LAST = 2016


def _read(path: Path, reading: Reading) -> Found:
    match = _NAME.search(path.name)
    month = int(match.group(3)) if match else 0
    if not match or not 1 <= month <= 12:
        raise BadInput(f"{path.name}: the name tells no month, as CHIRTSmax.2016.06.tif does")
    variable = "tmin" if match.group(1).lower() == "tmin" else "tmax"
    return Found(rasters=monthly({month: str(path)}, variable, "degC", f"{variable} of {path.name}"))


SOURCE = DataSource(
    name="chirts",
    title="CHIRTS monthly temperature",
    gives=("climate",),
    variables=(Variable("tmax", "degC", -30, 60), Variable("tmin", "degC", -40, 45)),
    bbox=(-180.0, -60.0, 180.0, 70.0),
    since="1983",
    until=str(_LAST),
    licence="CC0 1.0",
    citation="Funk et al. 2019, Journal of Climate 32, 5639-5658",
    home="https://www.chc.ucsb.edu/data/chirtsmonthly",
    patterns=("chirts*.tif",),
    files=tuple(
        RemoteFile(
            f"{_LAST}-{month:02d}", f"{_ADDRESS}CHIRTSmax.{_LAST}.{month:02d}.tif", f"CHIRTSmax.{_LAST}.{month:02d}.tif"
        )
        for month in range(1, 13)
    ),
    read=_read,
)
