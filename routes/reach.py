"""How long it takes to drive from a set of places to everywhere on the network."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.units import S_PER_H
from routes.array_graph import ArrayGraph
from routes.network import Network
from routes.segments import SPEED_KPH


def driving_hours(network: Network, places: Iterable[str]) -> NDArray[np.float64]:
    """Return the hours to the middle of each segment from the nearest of some places, over land.

    Parameters
    ----------
    network : Network
    places : iterable of str
        Place ids; those without a land leg do not count.

    Returns
    -------
    array, shape (segments,)
        Infinite at sea and where no way leads.
    """
    graph = ArrayGraph.of(network.graph)
    at_sea = np.array([network.graph.edges[edge]["mode"] == "sea" for edge in graph.edges], dtype=bool)
    seconds = np.where(at_sea, np.inf, graph.weights(network.graph, "travel_time"))
    with_land = set(graph.tail[~at_sea].tolist())
    starts = [graph.number[place] for place in places if graph.number.get(place) in with_land]
    at_place = pd.Series(graph.least(seconds, starts) / S_PER_H, index=list(graph.nodes))
    segments, legs = network.segments, network.legs.loc[network.segments["leg_id"]]
    speed_kph = segments["mode"].map(SPEED_KPH).to_numpy(float)
    middle_km = ((segments["km_from"] + segments["km_to"]) / 2).to_numpy(float)
    length_km = legs["length"].to_numpy(float) / 1000
    start, end = (legs[name].map(at_place).fillna(np.inf).to_numpy(float) for name in ("from_id", "to_id"))
    hours = np.minimum(start + middle_km / speed_kph, end + (length_km - middle_km) / speed_kph)
    return np.where((segments["mode"] == "sea").to_numpy(), np.inf, hours)
