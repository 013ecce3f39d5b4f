"""GPX as receivers write it, and what is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import gpxpy
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data import track_file
from data.errors import BadInput
from data.track_file import read_gpx

BEGIN = datetime(2026, 6, 15, 6, tzinfo=UTC)


def gpx(*points, line="trk"):
    """(lat, lon, minutes or text or None) of one line."""
    inner, point = ("<trkseg>{}</trkseg>", "trkpt") if line == "trk" else ("{}", "rtept")
    told = "".join(f'<{point} lat="{lat}" lon="{lon}">{moment(at)}</{point}>' for lat, lon, at in points)
    return f'<?xml version="1.0"?><gpx version="1.1" creator="t"><{line}>{inner.format(told)}</{line}></gpx>'.encode()


def moment(at):
    if at is None:
        return ""
    text = at if isinstance(at, str) else (BEGIN + timedelta(minutes=at)).isoformat().replace("+00:00", "Z")
    return f"<time>{text}</time>"


WHOLE = gpx((19, 12, 0), (19.1, 12.1, 5), (19.2, 12.2, 10))


def test_a_track_is_read_as_it_was_written():
    found = read_gpx(WHOLE, "a.gpx")
    ((lonlat, times),) = found.pieces
    assert lonlat.tolist() == [[12, 19], [12.1, 19.1], [12.2, 19.2]]
    assert times == tuple(BEGIN + timedelta(minutes=m) for m in (0, 5, 10)) and times[0].tzinfo is UTC
    assert found.remarks == ()


def test_a_mark_of_the_byte_order_and_other_time_zones_are_read():
    assert read_gpx(b"\xef\xbb\xbf" + WHOLE, "a.gpx").pieces[0][1] == read_gpx(WHOLE, "a.gpx").pieces[0][1]
    later = read_gpx(gpx((19, 12, "2026-06-15T08:00:00+02:00"), (19, 13, 1)), "a.gpx")
    assert later.pieces[0][1][0] == BEGIN


def test_a_gap_cuts_the_track_and_is_told():
    found = read_gpx(gpx((19, 12, 0), (19, 12.1, 5), (19, 12.5, 21), (19, 12.6, 36), (19, 12.9, 90)), "a.gpx")
    assert [lonlat[:, 0].tolist() for lonlat, _ in found.pieces] == [[12, 12.1], [12.5, 12.6]]
    assert "2 gap(s)" in found.remarks[-1] and any("alone" in each for each in found.remarks)


def test_a_track_out_of_order_is_sorted_and_told():
    found = read_gpx(gpx((19, 12.2, 10), (19, 12, 0), (19, 12.1, 5)), "a.gpx")
    ((lonlat, times),) = found.pieces
    assert lonlat[:, 0].tolist() == [12, 12.1, 12.2] and list(times) == sorted(times)
    assert "sorted" in found.remarks[0]


@pytest.mark.parametrize("lost", [None, "yesterday"])
def test_times_count_only_where_every_point_has_one(lost):
    found = read_gpx(gpx((19, 12, 0), (19, 12.1, lost), (19, 12.2, 10)), "a.gpx")
    assert found.pieces[0][1] == () and len(found.pieces[0][0]) == 3 and "without a time" in found.remarks[0]
    assert read_gpx(gpx((19, 12, None), (19, 12.1, None)), "a.gpx").remarks == ()


def test_routes_are_read_only_where_there_is_no_track():
    assert len(read_gpx(gpx((19, 12, None), (19, 13, None), line="rte"), "a.gpx").pieces) == 1
    both = WHOLE.replace(b"</trk>", b'</trk><rte><rtept lat="1" lon="1"/><rtept lat="2" lon="2"/></rte>')
    assert [len(lonlat) for lonlat, _ in read_gpx(both, "a.gpx").pieces] == [3]


def test_parts_of_one_point_are_left_out_and_told():
    more = WHOLE.replace(b"</trk>", b'<trkseg><trkpt lat="1" lon="1"/></trkseg></trk>')
    found = read_gpx(more, "a.gpx")
    assert len(found.pieces) == 1 and "part 2 has fewer than two points" in found.remarks[0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no GPX"),
        (b"PK\x03\x04", "is no GPX"),
        (WHOLE.decode().encode("utf-16"), "not UTF-8"),
        (b"<kml/>", "no track or route"),
        (b"<gpx/>", "no track or route"),
        (gpx((19, 12, 0)), "no track or route"),
        (WHOLE[:-20], "is no GPX"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + WHOLE, "document type"),
        (b"<!DOCTYPE gpx>" + WHOLE, "document type"),
        (gpx((91, 12, 0), (19, 12, 1)), "none on Earth"),
        (gpx((19, -180.5, 0), (19, 12, 1)), "none on Earth"),
        (gpx(("nan", 12, 0), (19, 12, 1)), "none on Earth"),
        (gpx((19, "inf", 0), (19, 12, 1)), "none on Earth"),
        (gpx((19, 12, "2026-06-15T06:00:00"), (19, 12, 1)), "no time zone"),
        (gpx((19, 12, "0001-01-01T00:00:00+14:00"), (19, 12, 1)), "out of the calendar"),
    ],
)
def test_what_is_no_track_is_refused_with_one_line(content, words):
    with pytest.raises(BadInput, match=words) as caught:
        read_gpx(content, "a.gpx")
    assert len(caught.value.faults) == 1 and "\n" not in caught.value.faults[0]


def test_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(track_file, "MOST_POINTS", 2)
    with pytest.raises(BadInput, match="more than 2 points"):
        read_gpx(WHOLE, "a.gpx")
    monkeypatch.setattr(track_file, "MOST_BYTES", 100)
    with pytest.raises(BadInput, match="bytes are more than 100"):
        read_gpx(WHOLE, "a.gpx")


def test_a_fault_without_a_word_of_its_own_still_has_a_line(monkeypatch):
    def fail(_text):
        raise RecursionError

    monkeypatch.setattr(gpxpy, "parse", fail)
    with pytest.raises(BadInput, match="is no GPX \\(RecursionError"):
        read_gpx(WHOLE, "a.gpx")


@given(st.binary(max_size=200))
@example(b"<" * 50)
@example(b"<gpx>" + b"<a>" * 3000)
@settings(max_examples=80, deadline=None)
def test_garbage_is_refused_and_never_worse(content):
    with pytest.raises(BadInput):
        read_gpx(content, "a.gpx")


@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4))
@settings(max_examples=150, deadline=None)
def test_damage_to_a_track_gives_a_track_or_a_line(at, put):
    try:
        found = read_gpx(WHOLE[:at] + put + WHOLE[at + len(put) :], "a.gpx")
    except BadInput:
        return
    for lonlat, times in found.pieces:
        assert np.isfinite(lonlat).all() and len(lonlat) >= 2 and len(times) in (0, len(lonlat))
        assert list(times) == sorted(times)


@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180), st.integers(0, 600)), min_size=2, max_size=20))
@settings(max_examples=50, deadline=None)
def test_every_timed_point_is_in_a_piece_or_told_of(points):
    content = gpx(*((f"{lat:.6f}", f"{lon:.6f}", at) for lat, lon, at in points))
    try:
        found = read_gpx(content, "a.gpx")
    except BadInput:
        at = sorted(each[2] for each in points)
        assert all(b - a > 15 for a, b in zip(at, at[1:], strict=False))
        return
    kept = sum(len(lonlat) for lonlat, _ in found.pieces)
    assert kept + sum("alone" in each for each in found.remarks) == len(points)
    for _, times in found.pieces:
        assert all(b - a <= timedelta(minutes=15) for a, b in zip(times, times[1:], strict=False))
        assert all(each.tzinfo is UTC for each in times)


def test_the_zone_of_a_time_is_kept_as_utc():
    zone = timezone(timedelta(hours=-5))
    text = BEGIN.astimezone(zone).isoformat()
    assert read_gpx(gpx((19, 12, text), (19, 13, 5)), "a.gpx").pieces[0][1][0] == BEGIN
