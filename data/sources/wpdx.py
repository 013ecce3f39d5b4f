"""Water Point Data Exchange: water points with their state and the day it was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource, Reading, RemoteFile, Variable
from data.source_found import MOST_FEATURES, Found, table_of
from data.table_file import by_role, chunks
from data.units import REGION_BBOX

_ROLES = {
    "key": ("wpdxid", "rowid"),
    "lat": ("latdeg", "latitude"),
    "lon": ("londeg", "longitude"),
    "status": ("statusid", "functionalstatus"),
    "date": ("reportdate", "dateofdatainventory"),
    "source": ("watersourceclean", "watersource"),
    "tech": ("watertechclean", "watertech"),
}
#: What a point's source says of its kind; the first word that fits counts.
_KINDS = (
    ("spring", "spring"),
    ("piped", "piped"),
    ("tap", "piped"),
    ("kiosk", "piped"),
    ("river", "river"),
    ("lake", "lake"),
    ("dam", "lake"),
    ("surface", "lake"),
)
_STATES = {"yes": "perennial", "no": "reported_dry"}
_LEFT, _BOTTOM, _RIGHT, _TOP = REGION_BBOX
_ADDRESS = (
    "https://data.waterpointdata.org/resource/eqje-vguj.csv?$limit=2000000&$where="
    f"lat_deg%20between%20{_BOTTOM:g}%20and%20{_TOP:g}%20and%20lon_deg%20between%20{_LEFT:g}%20and%20{_RIGHT:g}"
)


def _read(path: Path, reading: Reading) -> Found:
    rows: list[dict[str, Any]] = []
    outside = 0
    for piece in chunks(path):
        roles = by_role(list(piece.columns), _ROLES)
        lacking = [role for role in ("lat", "lon", "status", "date") if role not in roles]
        if lacking:
            raise BadInput(f"{path.name}: no column for {', '.join(lacking)}: not an export of WPdx")
        lon, lat = (pd.to_numeric(piece[roles[axis]], errors="coerce") for axis in ("lon", "lat"))
        left, bottom, right, top = reading.bbox
        # what lies on Earth but elsewhere need not be held: the file may be the world's
        swapped = lat.between(left, right) & lon.between(bottom, top)
        far = lon.between(-180, 180) & lat.between(-90, 90) & ~(lon.between(left, right) & lat.between(bottom, top))
        far &= ~swapped
        outside += int(far.sum())
        rows += [_row(int(at), record, roles) for at, record in piece[~far].to_dict("index").items()]
        if len(rows) > MOST_FEATURES:
            raise BadInput(f"{path.name}: more than {MOST_FEATURES} points in the region; give a smaller part")
    found = Found()
    if outside:
        found.remarks.append(f"water: {outside} outside the region were left out")
    if rows:
        table = table_of("water", rows, precision_km=0.1).sort_values("verified_on", kind="stable")
        last = ~table.duplicated("key", keep="last")
        if not last.all():
            found.remarks.append(f"{int((~last).sum())} older reports of the same points were left out")
        found.tables["water"] = table[last].sort_index().reset_index(drop=True)
    return found


def _row(at: int, record: dict[Any, Any], roles: dict[str, str]) -> dict[str, Any]:
    said = {role: str(record[header]).strip() for role, header in roles.items()}
    words = f"{said.get('source', '')} {said.get('tech', '')}".casefold()
    return {
        "row": f"line {at + 2}",
        "key": said.get("key") or str(at),
        "lon": said["lon"],
        "lat": said["lat"],
        "kind": next((kind for word, kind in _KINDS if word in words), "well"),
        "reliability": _STATES.get(said["status"].casefold(), "unknown"),
        "verified_on": said["date"][:10],
    }


SOURCE = DataSource(
    name="wpdx",
    title="Water Point Data Exchange (WPdx)",
    gives=("water",),
    variables=(Variable("reliability"), Variable("verified_on", "day")),
    bbox=WORLD_BBOX,
    since="2000",
    until="",
    licence="CC BY 4.0",
    citation="Water Point Data Exchange, waterpointdata.org",
    home="https://www.waterpointdata.org",
    patterns=("*wpdx*.csv", "*water_point_data_exchange*.csv"),
    files=(RemoteFile("region", _ADDRESS, "wpdx-region.csv"),),
    read=_read,
    stale_days=3 * 365,
    confidence=0.7,
    precision_km=0.1,
)
