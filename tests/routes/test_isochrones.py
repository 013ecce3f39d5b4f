"""Reach over open ground and the network together, against networkx on what each gives alone."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from tests_days import JUNE

from api.usecases.open_ground import frame_around, window
from api.usecases.reach import _pace
from api.usecases.traveller import traveller_of
from routes.isochrones import Pace, isochrones
from routes.segments import SPEED_KPH

AGADEZ = (7.99, 16.97)


@pytest.fixture(scope="module")
def ground(context):
    who = traveller_of(context, "pickup_4x4")
    frame = frame_around((*AGADEZ, *AGADEZ), 350.0)
    return window(context, frame, who, JUNE, [AGADEZ], through_blocked=False).ground


@pytest.fixture(scope="module")
def pace(context):
    return _pace(traveller_of(context, "pickup_4x4"))


def test_without_the_network_it_is_the_open_ground_alone(context, ground, pace):
    nothing = np.zeros(len(context.network_points.leg), dtype=bool)
    centre = tuple(float(axis[ground.terrain.cell(*AGADEZ)]) for axis in ground.terrain.frame.centres())
    found = isochrones(ground, context.network, context.network_points, nothing, pace, centre)
    assert np.allclose(found.hours.ravel(), ground.reached_from(*centre).hours)
    # from elsewhere in the cell the way begins there, not at the centre
    height, corner = ground.terrain.frame.cell_deg, (centre[0] + 0.45 * ground.terrain.frame.cell_deg, centre[1])
    east = np.array([[centre[0] + height, centre[1]]])
    off = isochrones(ground, context.network, context.network_points, nothing, pace, corner)
    assert off.hours_to(east, np.inf)[0] < 0.7 * found.hours_to(east, np.inf)[0]
    assert off.hours_to(np.array([centre]), np.inf)[0] > 0
    assert np.isinf(off.hours_to(np.array([[40.0, 30.0]]), np.inf)).all()
    reached = np.isfinite(found.hours)
    assert np.allclose(found.used[reached], found.hours[reached] * pace.used_per_open_h)


def test_places_are_reached_as_soon_as_by_network_or_open_ground(context, ground, pace):
    points = context.network_points
    found = isochrones(ground, context.network, points, ~points.at_sea, pace, AGADEZ)
    alone = isochrones(ground, context.network, points, np.zeros_like(points.at_sea), pace, AGADEZ).hours
    assert (found.hours <= alone + 1e-9).all() and (found.hours < alone - 1).any()
    land = nx.subgraph_view(
        context.network.graph, filter_edge=lambda u, v, key: context.network.graph[u][v][key]["mode"] != "sea"
    )
    by_road = nx.single_source_dijkstra_path_length(land, "agadez", weight="travel_time")
    off_and_on_h = 2 * 4.4 / ground.kph * 2  # half the diagonal of a cell at either end, in sand
    checked = 0
    for place, seconds in by_road.items():
        row = context.network.places.loc[place]
        cell = ground.terrain.cell(row["lon"], row["lat"])
        if cell is not None and not ground.terrain.closed.ravel()[cell]:
            assert found.hours.ravel()[cell] <= seconds / 3600 + off_and_on_h
            checked += 1
    assert checked > 10


def test_what_is_used_is_summed_along_the_quickest_way(context, ground):
    points = context.network_points
    # a litre an hour everywhere: what is used is the time
    per_km = {mode: 1 / kph for mode, kph in SPEED_KPH.items()}
    found = isochrones(ground, context.network, points, ~points.at_sea, Pace(SPEED_KPH, per_km, 1.0), AGADEZ)
    reached = np.isfinite(found.hours)
    assert reached.any() and np.allclose(found.used[reached], found.hours[reached])
    with pytest.raises(ValueError, match="off the window"):
        isochrones(ground, context.network, points, ~points.at_sea, Pace(SPEED_KPH, per_km, 1.0), (40.0, 30.0))
