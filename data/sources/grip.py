"""Global Roads Inventory Project (GRIP4): road shapefiles by continent."""

from __future__ import annotations

from pathlib import Path

from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile, Variable
from data.source_found import Found, lines_of
from data.vector_file import column, read_vector, single_lines

#: GP_RTP: 1 highways, 2 primary, 3 secondary, 4 tertiary, 5 local. GP_RSE: 1 paved.
_MODES = {1: "paved", 2: "paved", 3: "paved", 4: "track", 5: "track"}


def _read(path: Path, reading: Reading) -> Found:
    found = Found()
    frame = read_vector(path, reading, found)
    kind, surface, year = (column(frame, name) for name in ("gp_rtp", "gp_rse", "gp_rsy"))
    if kind is None:
        raise BadInput(f"{path.name}: no column GP_RTP; other road files are read with --source mapped")
    rows, ferries = [], 0
    for number, record in enumerate(frame.to_dict("records")):
        mode = _MODES.get(_whole(record[kind]))
        if mode is None:
            ferries += 1
            continue
        if surface and (told := _whole(record[surface])):
            mode = "paved" if told == 1 else "track"
        seen = f"{_whole(record[year])}-01-01" if year and 1990 <= _whole(record[year]) <= 2100 else ""
        for part, line in enumerate(single_lines(record["geometry"])):
            row = {"row": f"feature {number}", "key": f"{number}_{part}", "mode": mode, "last_seen": seen}
            rows.append(row | {"geometry": line})
    if ferries:
        found.remarks.append(f"{ferries} lines without a road type were left out")
    if rows:
        found.tables["roads"] = lines_of("roads", rows, precision_km=0.5)
    return found


def _whole(value: object) -> int:
    try:
        return int(float(str(value)))
    except (ValueError, OverflowError):
        return 0


SOURCE = DataSource(
    name="grip",
    title="Global Roads Inventory Project (GRIP4)",
    gives=("roads",),
    variables=(Variable("mode"),),
    bbox=WORLD_BBOX,
    since="1990",
    until="2015",
    licence="CC0 1.0",
    citation="Meijer et al. 2018, Environmental Research Letters 13 064006",
    home="https://www.globio.info/download-grip-dataset",
    patterns=("*grip*.shp", "*grip*.zip"),
    files=(
        RemoteFile(
            "africa",
            "https://dataportaal.pbl.nl/downloads/GRIP4/GRIP4_Region3_vector_shp.zip",
            "GRIP4_Region3_vector_shp.zip",
        ),
    ),
    read=_read,
    confidence=0.6,
    precision_km=0.5,
)
