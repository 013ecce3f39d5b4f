"""Files of strangers: read within bounds, every fault a BadInput (422), nothing taken on trust.

Sizes are checked before anything is parsed, what comes out of an archive while it comes out, and depth and vertices
before shapes are made of them.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from data.errors import BadInput
from data.track_file import TrackFile, read_gpx


@dataclass(frozen=True)
class Bounds:
    """What an upload may hold.

    Attributes
    ----------
    file_bytes : int
        Of a file as sent, and of one out of an archive.
    archive_bytes, archive_files : int
        Of all files of an archive together, unpacked.
    ratio : float
        Unpacked over packed bytes of one file.
    features, vertices : int
    depth : int
        Lists and objects inside one another.
    """

    file_bytes: int = 5_000_000
    archive_bytes: int = 20_000_000
    archive_files: int = 100
    ratio: float = 100.0
    features: int = 10_000
    vertices: int = 200_000
    depth: int = 12


BOUNDS = Bounds()
_DEPTH = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
#: Smallest file of which the ratio is asked: short texts of one letter pack well, and do no harm.
_RATIO_FROM = 100_000
_MOST_FAULTS = 20


def geometries(content: bytes, name: str = "file", bounds: Bounds = BOUNDS) -> list[BaseGeometry]:
    """Read the shapes of a GeoJSON file: a geometry, a feature or a collection, in WGS84.

    Raises
    ------
    BadInput
        If it is too large, too deep, no GeoJSON, holds a number that is none or no place on Earth, or an area whose
        outline crosses itself.
    """
    _check_size(content, name, bounds)
    _check_depth(content, name, bounds)
    try:
        document = orjson.loads(content)
    except ValueError:
        raise BadInput(f"{name}: is no JSON (numbers such as NaN are none either)") from None
    found = list(_shapes(document, name, bounds))
    if not found:
        raise BadInput(f"{name}: holds no geometry")
    vertices = sum(_vertices(each["coordinates"], _DEPTH[each["type"]], name) for each in found)
    if vertices > bounds.vertices:
        raise BadInput(f"{name}: {vertices} points are more than {bounds.vertices}")
    made, faults = [], []
    for number, each in enumerate(found, start=1):
        try:
            made.append(_made(each))
        except BadInput as error:
            faults.append(f"{name}: shape {number}: {error.faults[0]}")
    if faults:
        raise BadInput(faults[:_MOST_FAULTS])
    return made


def track(content: bytes, name: str = "file", bounds: Bounds = BOUNDS) -> TrackFile:
    """Read a GPX file within bounds.

    Raises
    ------
    BadInput
        If it is too large, holds a document type (entities grow without end), too many points, or is no GPX.
    """
    _check_size(content, name, bounds)
    head = content[:4]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head:
        raise BadInput(f"{name}: is not UTF-8 text")
    if b"<!" in content.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise BadInput(f"{name}: a file with a document type is not read")
    points = sum(content.count(mark) for mark in (b"trkpt", b"rtept", b"wpt"))
    if points > 2 * bounds.vertices:
        raise BadInput(f"{name}: more than {bounds.vertices} points")
    found = read_gpx(content, name)
    for lonlat, _ in found.pieces:
        if not (np.abs(lonlat) <= (180, 90)).all():  # NaN is not either
            raise BadInput(f"{name}: a position lies outside longitude 180, latitude 90, or is no number")
    return found


def archived(content: bytes, name: str = "file", bounds: Bounds = BOUNDS) -> dict[str, bytes]:
    """Unpack a zip archive into memory, by name.

    Sizes told by the archive are not believed: unpacking stops at the bound.

    Raises
    ------
    BadInput
        If it is no zip archive, encrypted, damaged, holds too much, a path out of its folder, or another archive.
    """
    _check_size(content, name, bounds)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        raise BadInput(f"{name}: is no zip archive") from None
    with archive:
        entries = [each for each in archive.infolist() if not each.is_dir()]
        if len(archive.infolist()) > bounds.archive_files:
            raise BadInput(f"{name}: more than {bounds.archive_files} files")
        files: dict[str, bytes] = {}
        left = bounds.archive_bytes
        for entry in entries:
            _check_entry(entry, name, files)
            files[entry.filename] = _unpacked(archive, entry, name, min(left, bounds.file_bytes), bounds.ratio)
            left -= len(files[entry.filename])
    return files


def _check_size(content: bytes, name: str, bounds: Bounds) -> None:
    if len(content) > bounds.file_bytes:
        raise BadInput(f"{name}: {len(content)} bytes are more than {bounds.file_bytes}")


def _check_depth(content: bytes, name: str, bounds: Bounds) -> None:
    """Count brackets, strings left out, before a parser makes an object of each."""
    depth, quoted = 0, False
    pieces = content.replace(b"\\\\", b"").replace(b'\\"', b"").split(b'"')
    for piece in pieces:
        if not quoted:
            # of a piece only brackets are looked at; translate is done in C
            for bracket in piece.translate(None, _NO_BRACKETS):
                depth += 1 if bracket in b"[{" else -1
                if depth > bounds.depth:
                    raise BadInput(f"{name}: nested deeper than {bounds.depth}")
        quoted = not quoted


_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _shapes(document: Any, name: str, bounds: Bounds) -> Iterator[dict[str, Any]]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection":
        inside = document.get("features")
        if not isinstance(inside, list) or len(inside) > bounds.features:
            raise BadInput(f"{name}: features are a list of at most {bounds.features}")
        for each in inside:
            if not isinstance(each, dict) or each.get("type") != "Feature":
                raise BadInput(f"{name}: something among its features is none")
            yield from _shapes(each, name, bounds)
    elif kind == "Feature":
        if document.get("geometry") is not None:
            yield from _shapes(document["geometry"], name, bounds)
    elif kind == "GeometryCollection":
        for each in document.get("geometries") or ():
            yield from _shapes(each, name, bounds)
    elif kind in _DEPTH and isinstance(document.get("coordinates"), list):
        yield document
    else:
        raise BadInput(f"{name}: is no GeoJSON")


def _vertices(coordinates: Any, depth: int, name: str) -> int:
    """Count positions; each two or three numbers on Earth."""
    if depth:
        if not isinstance(coordinates, list):
            raise BadInput(f"{name}: coordinates are not lists of positions")
        return sum(_vertices(each, depth - 1, name) for each in coordinates)
    if not isinstance(coordinates, list) or not 2 <= len(coordinates) <= 3:
        raise BadInput(f"{name}: a position is two or three numbers")
    for value, most in zip(coordinates, (180, 90, 20_000), strict=False):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadInput(f"{name}: a coordinate is no number")
        if abs(value) > most:
            raise BadInput(f"{name}: a position lies outside longitude 180, latitude 90")
    return 1


def _made(document: dict[str, Any]) -> BaseGeometry:
    try:
        shape = shapely.from_geojson(orjson.dumps({"type": document["type"], "coordinates": document["coordinates"]}))
    except shapely.GEOSException:
        raise BadInput("is no shape: a line has two points, a ring four and ends where it begins") from None
    if shape.is_empty:
        raise BadInput("is empty")
    if not shape.is_valid:
        raise BadInput(explain_validity(shape).partition("[")[0].lower() + ": its outline must not cross itself")
    return shape


def _check_entry(entry: zipfile.ZipInfo, name: str, files: dict[str, bytes]) -> None:
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0] or entry.filename in files:
        raise BadInput(f"{name}: a path of it leads out of its folder or stands twice")
    if entry.flag_bits & 1:
        raise BadInput(f"{name}: is encrypted")
    if parts[-1].lower().endswith((".zip", ".gz", ".7z", ".rar", ".bz2", ".xz", ".kmz")):
        raise BadInput(f"{name}: an archive inside an archive is not read")


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, most: int, ratio: float) -> bytes:
    """Unpack one file piece by piece."""
    pieces, size = [], 0
    try:
        with archive.open(entry) as file:
            while piece := file.read(65_536):
                size += len(piece)
                if size > most or (size > _RATIO_FROM and size > ratio * max(entry.compress_size, 1)):
                    raise BadInput(f"{name}: unpacks to more than is read")
                pieces.append(piece)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError):
        raise BadInput(f"{name}: the archive is damaged") from None
    return b"".join(pieces)
