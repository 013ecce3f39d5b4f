"""Files of strangers: every one of these is refused with a sentence, within bounded memory."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.uploads import Bounds, archived, geometries, track
from data.errors import BadInput

SQUARE = {"type": "Polygon", "coordinates": [[[8, 17], [9, 17], [9, 18], [8, 18], [8, 17]]]}
BOW = {"type": "Polygon", "coordinates": [[[8, 17], [9, 18], [9, 17], [8, 18], [8, 17]]]}


def packed(files: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def test_good_files_are_read() -> None:
    feature = {"type": "Feature", "geometry": SQUARE, "properties": {"[": '"]{'}}
    document = {"type": "FeatureCollection", "features": [feature, {**feature, "geometry": None}]}
    assert geometries(json.dumps(document).encode())[0].area == pytest.approx(1)
    assert archived(packed({"a/b.geojson": b"{}", "c.txt": b"x" * 50_000})) == {
        "a/b.geojson": b"{}", "c.txt": b"x" * 50_000,
    }  # fmt: skip
    gpx = b'<gpx version="1.1"><trk><trkseg><trkpt lat="18" lon="9"/><trkpt lat="18" lon="9.1"/></trkseg></trk></gpx>'
    assert len(track(gpx).pieces) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (json.dumps(BOW).encode(), "cross"),
        (b'{"type":"Point","coordinates":[NaN,1]}', "no JSON"),
        (b'{"type":"Point","coordinates":[1e999,1]}', "JSON|number|outside"),
        (b'{"type":"Point","coordinates":[1,91]}', "outside"),
        (b'{"type":"Point","coordinates":[true,1]}', "number"),
        (b'{"type":"Point","coordinates":["1",1]}', "number"),
        (b'{"type":"Point","coordinates":[1]}', "two or three"),
        (b'{"type":"Polygon","coordinates":[[[8,17],[9,17]]]}', "shape"),
        (b'{"type":"LineString","coordinates":[]}', "empty|shape"),
        (b'{"type":"Topology"}', "no GeoJSON"),
        (b"[1, 2]", "no GeoJSON"),
        (b'{"type":"FeatureCollection","features":[1]}', "features"),
        (b"\xff\xfe{", "no JSON"),
        (b"[" * 1_000_000, "deeper"),
        (b'{"a":' * 100_000, "deeper"),
        (b'{"type":"GeometryCollection","geometries":[]}', "no geometry"),
        (b" " * 6_000_000, "bytes"),
    ],
)
def test_bad_geojson(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        geometries(content, "area")


def test_too_many_points_and_features() -> None:
    line = {"type": "LineString", "coordinates": [[8 + n / 1e4, 17] for n in range(1001)]}
    with pytest.raises(BadInput, match="1001 points"):
        geometries(json.dumps(line).encode(), bounds=Bounds(vertices=1000))
    many = {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": SQUARE}] * 11}
    with pytest.raises(BadInput, match="at most 10"):
        geometries(json.dumps(many).encode(), bounds=Bounds(features=10))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (packed({"a.txt": b"0" * 4_900_000}), "unpacks"),
        (packed({f"{n}.txt": b"" for n in range(101)}), "more than 100"),
        (packed({"../a.txt": b"x"}), "out of its folder"),
        (packed({"/a.txt": b"x"}), "out of its folder"),
        (packed({"a.zip": packed({"b.txt": b"x"})}), "inside"),
        (b"PK\x03\x04 nothing", "no zip"),
        (packed({"a.txt": bytes(range(256)) * 40})[:-300], "zip|damaged"),
    ],
)
def test_bad_archives(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        archived(content, "area.zip")


def test_a_bomb_that_lies_about_its_size_is_stopped_in_bounded_memory() -> None:
    bomb = bytearray(packed({"a.txt": b"0" * 200_000_000}))
    at = bomb.rindex(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (1000).to_bytes(4, "little")  # tells 1000 bytes, unpacks to 200 MB
    tracemalloc.start()
    with pytest.raises(BadInput):
        archived(bytes(bomb), bounds=Bounds(ratio=1e9))
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><gpx>&a;</gpx>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><gpx/>'.encode("utf-16"),
        b"<gpx>" + b'<wpt lat="1" lon="1"/>' * 10,
        b'<gpx><trk><trkseg><trkpt lat="nan" lon="9"/><trkpt lat="18" lon="9.1"/></trkseg></trk></gpx>',
    ],
)
def test_bad_gpx(content: bytes) -> None:
    with pytest.raises(BadInput):
        track(content, "a.gpx")


@given(st.binary(max_size=300) | st.text(alphabet='[]{}",:0123456789typeFacord', max_size=300).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for reader in (geometries, archived, track):
        try:
            reader(content)
        except BadInput as error:
            assert error.faults
