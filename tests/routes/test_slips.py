"""The usual slips in coordinates: each offered with both readings, none invented for good coordinates."""

from __future__ import annotations

from datetime import UTC, datetime

import mgrs
import numpy as np
import pytest
from pyproj import Transformer

from api.usecases.alert_coordinates import landmarks_of
from api.usecases.read_alert import read_alert
from data.errors import BadInput
from routes.coordinates import coordinates, tidy
from routes.slips import Slip, ask_policy, other_readings

TOLD = datetime(2026, 6, 15, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def known(context):
    return landmarks_of(context)


@pytest.mark.parametrize(
    ("text", "slip", "lat", "lon"),
    [
        ("12.9,19.0", Slip.SWAPPED, 19.0, 12.9),
        ("17.05,7.98", Slip.LOST_SIGN, 17.05, -7.98),
        ("18.45 12.30", Slip.MINUTES, 18.75, 12.5),
        ("18°45'N 12°30'E", Slip.DECIMALS, 18.45, 12.30),
        ("18,5,12,9", Slip.COMMA, 18.5, 12.9),
        ("18,5,12,9", Slip.MINUTES, 18 + 5 / 60, 12.15),
        ("18.5,12,9", Slip.COMMA, 18.5, 12.9),
    ],
)
def test_each_slip_has_its_reading(known, text, slip, lat, lon):
    found = {each.slip: each for each in other_readings(text, known) if each.slip == slip}
    assert (found[slip].lat, found[slip].lon) == (pytest.approx(lat), pytest.approx(lon))
    pasted = coordinates(tidy(found[slip].written))
    assert pasted == (pytest.approx(lon, abs=1e-5), pytest.approx(lat, abs=1e-5))


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("12.9,19.0", ["12.90000N 19.00000E", "19.00000N 12.90000E"]),
        ("7.98,17.05", ["7.98000N 17.05000E", "17.05000N 7.98000E"]),
        ("16.77,3.01", ["16.77000N 3.01000E", "16.77000N 3.01000W"]),
        ("18,5,12,9", ["18.50000N 12.90000E", "18.08333N 12.15000E"]),
    ],
)
def test_a_slip_that_must_be_is_asked_with_both_readings_to_paste(context, text, readings):
    with pytest.raises(BadInput) as caught:
        read_alert(context, f"10 people at {text}", TOLD)
    assert all(f"'{each}'" in str(caught.value) for each in readings)
    for each in readings:
        lon, lat = coordinates(each) or (0, 0)
        said = read_alert(context, f"10 people at {each}", TOLD).said
        assert (said.place.lon, said.place.lat) == (pytest.approx(lon), pytest.approx(lat))


def test_minutes_read_as_decimals_far_from_everything_are_asked(context, known):
    """A point on a track whose minutes were typed as decimals, where that puts it far from every track."""
    segments = context.network.segments[context.network.segments["mode"] != "sea"]
    asked = 0
    for lon, lat in segments[["lon", "lat"]].to_numpy()[::7]:
        minutes = [int(abs(each)) + int(abs(each) % 1 * 60) / 100 for each in (lat, lon)]
        if lon < 0 or lat < 0:
            continue
        typed, others, ask = ask_policy(f"{minutes[0]:.2f},{minutes[1]:.2f}", known)
        asked += ask and any(each.slip is Slip.MINUTES for each in others)
        assert typed is not None and any(
            each.slip is Slip.MINUTES and abs(each.lat - lat) < 0.02 and abs(each.lon - lon) < 0.02
            for each in other_readings(f"{minutes[0]:.2f},{minutes[1]:.2f}", known)
        )
    assert asked > 0


@pytest.mark.parametrize(("text", "other"), [("20.52,13.05", "20.52000N 13.05000W"), ("18.4 12.3", None)])
def test_where_both_are_plausible_the_other_is_a_note(context, text, other):
    reading = read_alert(context, f"10 people at {text}", TOLD)
    notes = " ".join(note.en for note in reading.notes)
    assert (other in notes) if other else ("would be" not in notes)


def test_one_number_and_numbers_out_of_range_are_bad_input(context):
    for text in ("position 95.5,200.5", "position 18,45", "60.5,10.5"):
        with pytest.raises(BadInput):
            read_alert(context, text, TOLD)


def _dms(value: float, letters: str) -> str:
    seconds = round(abs(value) * 3600)
    return f"{seconds // 3600}°{seconds // 60 % 60:02d}'{seconds % 60:02d}\"{letters[0] if value >= 0 else letters[1]}"


def test_good_coordinates_on_tracks_raise_no_question(context, known):
    land = context.network.segments[context.network.segments["mode"] != "sea"]
    niger = land[land["lon"].between(5, 15) & land["lat"].between(15, 24)]
    rows = niger.sample(20, random_state=3)[["lon", "lat"]].to_numpy()
    for lon, lat in rows:
        east, north = Transformer.from_crs(4326, 32600 + int((lon + 180) // 6) + 1, always_xy=True).transform(lon, lat)
        zone, band = int((lon + 180) // 6) + 1, "CDEFGHJKLMNPQRSTUVWX"[int((lat + 80) // 8)]
        writings = [
            f"{lat:.4f},{lon:.4f}",
            f"{_dms(lat, 'NS')} {_dms(lon, 'EW')}",
            f"{zone}{band} {east:06.0f} {north:07.0f}",
            mgrs.MGRS().toMGRS(lat, lon),
        ]
        for text in writings:
            _, _, ask = ask_policy(text, known)
            assert not ask, text
            place = read_alert(context, f"12 people broken down, position {text}, 20 litres", TOLD).said.place
            assert np.hypot(place.lon - lon, place.lat - lat) < 1e-3


def test_explicit_letters_are_never_asked_about(known):
    for text in ("12.9N 19.0E", "12°54'00\"N 19°00'00\"E", "7.98N 17.05E"):
        typed, others, ask = ask_policy(text, known)
        assert typed is not None and not ask and not any(each.slip in (Slip.SWAPPED, Slip.LOST_SIGN) for each in others)


def test_coordinates_that_agree_with_the_place_beside_them_are_kept(context):
    reading = read_alert(context, "19.0,12.1, 90 km west of Dirkou, 10 people", TOLD)
    assert reading.said.kind == "at" and (reading.said.place.lon, reading.said.place.lat) == (12.1, 19.0)
    assert any("agrees" in note.en for note in reading.notes)
