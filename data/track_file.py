"""Tracks as receivers write them: GPX."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import gpxpy
import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.units import require_utc

MOST_BYTES, MOST_POINTS = 20_000_000, 100_000
#: Between two points farther apart in time than this the receiver was off; what lies between was not looked at, s.
_GAP_S = 900.0


Piece = tuple[NDArray[np.float64], tuple[datetime, ...]]


@dataclass(frozen=True)
class TrackFile:
    """Pieces of a track, each without a gap.

    Attributes
    ----------
    pieces : tuple of (lonlat, times)
        lonlat of shape (n, 2) in degrees, WGS84; times aware, or empty where the file holds none.
    remarks : tuple of str
        What was left out.
    """

    pieces: tuple[Piece, ...]
    remarks: tuple[str, ...]


def read_gpx(content: bytes, name: str) -> TrackFile:
    """Read the tracks of a GPX file; its routes where it has no track.

    Parameters
    ----------
    content : bytes
    name : str
        For messages.

    Raises
    ------
    BadInput
        If it is no GPX, too large, or holds no line.
    """
    if len(content) > MOST_BYTES:
        raise BadInput(f"{name}: {len(content)} bytes are more than {MOST_BYTES}")
    if b"<!ENTITY" in content or b"<!DOCTYPE" in content:
        raise BadInput(f"{name}: a GPX file with a document type is not read")
    try:
        gpx = gpxpy.parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise BadInput(f"{name}: is not UTF-8 text") from None
    except Exception as error:  # gpxpy and its XML readers raise types of their own
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise BadInput(f"{name}: is no GPX ({why[:120]})") from None
    lines: list[Any] = [segment.points for track in gpx.tracks for segment in track.segments]
    if not any(len(line) >= 2 for line in lines):
        lines = [route.points for route in gpx.routes]
    if sum(len(line) for line in lines) > MOST_POINTS:
        raise BadInput(f"{name}: more than {MOST_POINTS} points")
    pieces: list[Piece] = []
    remarks: list[str] = []
    for number, line in enumerate(lines, 1):
        if len(line) < 2:
            remarks.append(f"{name}: part {number} has fewer than two points and was left out")
            continue
        lonlat = np.array([[point.longitude, point.latitude] for point in line], dtype=float)
        if not ((np.abs(lonlat) <= (180.0, 90.0)).all() and np.isfinite(lonlat).all()):
            raise BadInput(f"{name}: part {number} has a position that is none on Earth")
        times = [point.time for point in line]
        if any(time is None for time in times):
            if any(time is not None for time in times):
                remarks.append(f"{name}: part {number} has points without a time; none of its times was used")
            pieces.append((lonlat, ()))
            continue
        try:
            moments = [require_utc(time) for time in times if time is not None]
        except OverflowError:
            raise BadInput(f"{name}: part {number} has a time out of the calendar") from None
        pieces += _split(lonlat, moments, name, number, remarks)
    if not pieces:
        raise BadInput(f"{name}: holds no track or route of two points or more")
    return TrackFile(tuple(pieces), tuple(remarks))


def _split(
    lonlat: NDArray[np.float64], times: list[datetime], name: str, number: int, remarks: list[str]
) -> list[Piece]:
    """Put points in order of time and cut where the receiver was off."""
    order = sorted(range(len(times)), key=lambda row: times[row])
    if order != list(range(len(times))):
        remarks.append(f"{name}: part {number} was not in order of time; its points were sorted")
    seconds = np.array([times[row].timestamp() for row in order])
    cuts = np.flatnonzero(np.diff(seconds) > _GAP_S) + 1
    found = []
    for rows in np.split(np.array(order), cuts):
        if len(rows) >= 2:
            found.append((lonlat[rows], tuple(times[row] for row in rows)))
        else:
            remarks.append(f"{name}: part {number} has a point alone between gaps, which was left out")
    if len(cuts):
        remarks.append(f"{name}: part {number} has {len(cuts)} gap(s) over 15 min, which count as not searched")
    return found
