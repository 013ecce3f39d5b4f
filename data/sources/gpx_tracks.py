"""Tracks that patrols recorded: GPX. They propose edges of the network; a person accepts them."""

from __future__ import annotations

from pathlib import Path

from data.source import WORLD_BBOX, DataSource, Reading
from data.source_found import Found, lines_of


def _read(path: Path, reading: Reading) -> Found:
    from shapely import LineString

    from data.track_file import read_gpx

    track = read_gpx(path.read_bytes(), path.name)
    rows = []
    for number, (lonlat, times) in enumerate(track.pieces, 1):
        seen = times[-1].date().isoformat() if times else ""
        rows.append({"row": f"piece {number}", "key": str(number), "last_seen": seen, "geometry": LineString(lonlat)})
    found = Found({"tracks": lines_of("tracks", rows)}, remarks=list(track.remarks))
    if not any(row["last_seen"] for row in rows):
        found.warn("stale", f"{path.name} has no times: nobody can say when it was driven")
    return found


SOURCE = DataSource(
    name="gpx",
    title="GPX tracks of patrols",
    gives=("tracks",),
    variables=(),
    bbox=WORLD_BBOX,
    since="",
    until="",
    licence="the patrol's; never shown to the public",
    citation="own tracks",
    home="docs/sources.md",
    patterns=("*.gpx",),
    read=_read,
    by_hand="save it from the receiver",
    confidence=0.5,
    precision_km=0.02,
)
