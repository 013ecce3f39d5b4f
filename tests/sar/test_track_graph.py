"""Driving over the points of the tracks takes as long as over the network they were laid on."""

from __future__ import annotations

import numpy as np
import pytest

from api.usecases.case_tracks import graph_of
from api.usecases.locate import tracks_of
from routes.geodesy import line_lengths_m
from routes.reach import driving_hours

OFF = 15.0


@pytest.fixture(scope="module")
def graph(context):
    return graph_of(context)


@pytest.mark.parametrize("base", ["agadez", "dirkou", "tamanrasset"])
def test_hours_are_those_of_the_network(context, graph, base):
    place = context.pack.places.loc[base]
    drive = graph.drive(place["lon"], place["lat"], 1.0, OFF)
    network = driving_hours(context.network, [base])
    tracks = tracks_of(context)
    segments = context.network.segments
    middle = ((segments["km_from"] + segments["km_to"]) / 2).to_numpy(float)
    near = [
        np.interp(middle[row], tracks.at_km[rows], drive.hours[rows])
        for row in np.flatnonzero((segments["mode"] != "sea").to_numpy()).tolist()
        for rows in [np.flatnonzero(tracks.segment == row)]
        if np.isfinite(network[row])
    ]
    wanted = network[np.isfinite(network)]
    off_min = (np.array(near) - wanted) * 60
    # a few segments near the base are reached a little sooner over open ground
    assert len(near) > 100 and np.quantile(np.abs(off_min), 0.95) < 0.01 and np.abs(off_min).max() < 3


def test_ways_are_as_long_as_the_legs_they_follow(context, graph):
    tracks, legs = tracks_of(context), context.network.legs
    for leg_id in np.unique(tracks.leg.astype(str))[::7]:
        rows = np.flatnonzero(tracks.leg == leg_id)
        rows = rows[np.argsort(tracks.at_km[rows])]
        if len(rows) < 10:
            continue
        leg = legs.loc[leg_id]
        ends = (context.pack.places.loc[leg[name]] for name in ("from_id", "to_id"))
        first, last = (np.array([[each["lon"], each["lat"]]]) for each in ends)
        line = np.concatenate([first, np.column_stack([tracks.lon[rows], tracks.lat[rows]]), last])
        assert line_lengths_m(line).sum() == pytest.approx(float(leg["length"]), rel=0.01), leg_id


def test_a_way_is_driven_point_by_point_and_gets_later(context, graph):
    dirkou = context.pack.places.loc["dirkou"]
    drive = graph.drive(dirkou["lon"], dirkou["lat"], 1.0, OFF)
    assert np.isfinite(drive.hours).any()
    for to in np.flatnonzero(np.isfinite(drive.hours))[:: len(drive.hours) // 12].tolist():
        lon, lat, hours, passed = drive.way(to)
        assert passed[0] == -1 and passed[-1] == to and (np.diff(hours) > 0).all() and hours[-1] == drive.hours[to]
        assert (lon[0], lat[0]) == (dirkou["lon"], dirkou["lat"])
        assert (lon[1:] == graph.lon[passed[1:]]).all()
        km = line_lengths_m(np.column_stack([lon, lat])) / 1000
        assert km[1:].max(initial=0) < 2.6  # from point to neighbour, no leap


def test_a_slower_car_takes_longer_in_proportion(context, graph):
    dirkou = context.pack.places.loc["dirkou"]
    full, half = (graph.drive(dirkou["lon"], dirkou["lat"], share, OFF).hours for share in (1.0, 0.5))
    reached = np.isfinite(full) & (full > 0.1)
    # the way to the track is as quick for both
    assert np.abs(half[reached] - 2 * full[reached]).max() < 0.1


def test_closed_rows_are_driven_round_or_not_reached(context, graph):
    tracks = tracks_of(context)
    dirkou = context.pack.places.loc["dirkou"]
    before = graph.drive(dirkou["lon"], dirkou["lat"], 1.0, OFF)
    to = int(np.flatnonzero(np.isfinite(before.hours[: len(tracks.lon)]) & (before.hours[: len(tracks.lon)] > 6))[0])
    shut = before.way(to)[3][10:13]
    after = graph.closed(shut).drive(dirkou["lon"], dirkou["lat"], 1.0, OFF)
    assert after.hours[to] > before.hours[to]
    if np.isfinite(after.hours[to]):
        assert not set(after.way(to)[3].tolist()) & set(shut.tolist())
    assert (after.hours >= before.hours - 1e-9).all()


def test_open_ground_is_reached_the_quicker_way(context, graph):
    dirkou = context.pack.places.loc["dirkou"]
    drive = graph.drive(dirkou["lon"], dirkou["lat"], 1.0, OFF)
    joint, hours = drive.to_ground(dirkou["lon"] + 0.05, dirkou["lat"] + 0.05)
    straight = float(
        line_lengths_m(np.array([[dirkou["lon"], dirkou["lat"]], [dirkou["lon"] + 0.05, dirkou["lat"] + 0.05]]))[0]
    )
    assert 0 < hours <= straight / 1000 / OFF + 1e-6
    tracks = tracks_of(context)
    far = int(np.argmin(np.abs(drive.hours[: len(tracks.lon)] - 8)))
    joint, hours = drive.to_ground(float(tracks.lon[far]), float(tracks.lat[far]))
    assert joint >= 0 and hours <= drive.hours[far] + 1e-9
