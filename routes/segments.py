"""Legs cut into segments: the unit of risk, patrol and debt."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import LineString

from data.units import CRS_WGS84, M_PER_KM
from routes.geodesy import as_array, line_lengths_m, parse_via, points_along

MAX_SEGMENT_M = 10_000.0

#: Speed made good along the line of the network, by mode. Judgement: loaded civil vehicles on the generalised
#: geometry of the pack (windings included); patrol vehicles bring their own speeds.
SPEED_KPH = {"paved": 70.0, "track": 35.0, "desert": 25.0, "foot": 4.0, "sea": 12.0}


def leg_lines(places: pd.DataFrame, legs: pd.DataFrame) -> gpd.GeoDataFrame:
    """Give every leg its line and geodesic length.

    Parameters
    ----------
    places : DataFrame
        Indexed by place_id, with lon and lat in degrees.
    legs : DataFrame
        Indexed by leg_id, as the region pack has it.

    Returns
    -------
    GeoDataFrame
        `legs` with `geometry` (WGS84) and `length` in metres.
    """
    lines = []
    for leg in legs.itertuples():
        ends = [tuple(places.loc[place, ["lon", "lat"]].astype(float)) for place in (leg.from_id, leg.to_id)]
        lines.append(LineString([ends[0], *parse_via(leg.via_lonlat), ends[1]]))
    frame = gpd.GeoDataFrame(legs.copy(), geometry=lines, crs=CRS_WGS84)
    frame["length"] = [line_lengths_m(np.asarray(line.coords)).sum() for line in lines]
    return frame


def cut_segments(legs: gpd.GeoDataFrame, max_length_m: float = MAX_SEGMENT_M) -> gpd.GeoDataFrame:
    """Cut each leg into equal segments of at most `max_length_m`.

    Parameters
    ----------
    legs : GeoDataFrame
        From `leg_lines`.
    max_length_m : float
        Upper bound of a segment's geodesic length, above zero.

    Returns
    -------
    GeoDataFrame
        Indexed by `segment_id` ("leg:number"), in order along the leg: `leg_id, km_from, km_to, length` (m),
        `mode, corridor, lon, lat` (middle, degrees), `from_node, to_node`, `geometry`. The lengths of a leg's
        segments sum to the leg's length.

    Raises
    ------
    ValueError
        If `max_length_m` is not above zero.
    """
    if max_length_m <= 0:
        raise ValueError("max_length_m must be above zero")
    rows: list[dict[str, object]] = []
    for leg in legs.itertuples():
        vertices = as_array(list(leg.geometry.coords))
        count = max(1, int(np.ceil(leg.length / max_length_m)))
        cuts_m = np.linspace(0.0, leg.length, count + 1)
        middles = points_along(vertices, (cuts_m[:-1] + cuts_m[1:]) / 2)
        nodes = [leg.from_id, *(f"{leg.leg_id}@{number}" for number in range(1, count)), leg.to_id]
        for number, line in enumerate(_pieces(vertices, cuts_m)):
            rows.append(
                {
                    "segment_id": f"{leg.leg_id}:{number:03d}",
                    "leg_id": leg.leg_id,
                    "km_from": cuts_m[number] / M_PER_KM,
                    "km_to": cuts_m[number + 1] / M_PER_KM,
                    "length": cuts_m[number + 1] - cuts_m[number],
                    "mode": leg.mode,
                    "corridor": leg.corridor,
                    "lon": middles[number, 0],
                    "lat": middles[number, 1],
                    "from_node": nodes[number],
                    "to_node": nodes[number + 1],
                    "geometry": line,
                }
            )
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS_WGS84)
    return frame.set_index("segment_id", drop=False)


def _pieces(vertices: NDArray[np.float64], cuts_m: NDArray[np.float64]) -> list[LineString]:
    """Split a polyline at the cuts, keeping the vertices that fall inside a piece."""
    at_m = np.concatenate([[0.0], np.cumsum(line_lengths_m(vertices))])
    cut_points = points_along(vertices, cuts_m)
    cut_points[0], cut_points[-1] = vertices[0], vertices[-1]
    lines = []
    for start_m, end_m, first, last in zip(cuts_m[:-1], cuts_m[1:], cut_points[:-1], cut_points[1:], strict=True):
        inside = vertices[(at_m > start_m + 1e-6) & (at_m < end_m - 1e-6)]
        lines.append(LineString([first, *inside, last]))
    return lines


def adjacency(segments: pd.DataFrame) -> NDArray[np.int64]:
    """Return which segments meet at a node.

    Returns
    -------
    array, shape (m, 2)
        Pairs of row numbers i < j that share a node.
    """
    ends = pd.concat([segments["from_node"], segments["to_node"]], ignore_index=True)
    rows = np.tile(np.arange(len(segments)), 2)
    meeting = pd.DataFrame({"node": ends, "row": rows})
    pairs = meeting.merge(meeting, on="node")
    pairs = pairs[pairs["row_x"] < pairs["row_y"]]
    return np.unique(pairs[["row_x", "row_y"]].to_numpy(dtype=np.int64), axis=0)
