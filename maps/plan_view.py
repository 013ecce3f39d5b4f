"""A plan joined with names and geometry, ready to be drawn, printed or exported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from maps.sentences import point_name
from routes.geodesy import as_array, bearing_deg
from sar.plan import ConvoyPlan, DrivenPiece, Plan

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LegRun:
    """A stretch driven along one leg without turning.

    Attributes
    ----------
    leg_id, mode : str
    start_node, end_node : str
        Node names of the network.
    start_name, end_name : str
        English place names, or "km 120 Agadez-Arlit" where the run starts or ends between places.
    km_from, km_to : float
        Along the leg, in the direction driven.
    km, hours, fuel_l : float
        Litres for one vehicle.
    bearing_deg : float
        From start to end, true.
    expected_people_reached : float
    lonlat : array, shape (n, 2)
        Degrees, in the direction driven.
    pieces : tuple of DrivenPiece
    """

    leg_id: str
    mode: str
    start_node: str
    end_node: str
    start_name: str
    end_name: str
    km_from: float
    km_to: float
    km: float
    hours: float
    fuel_l: float
    bearing_deg: float
    expected_people_reached: float
    lonlat: Array
    pieces: tuple[DrivenPiece, ...]


@dataclass(frozen=True)
class ConvoyView:
    """One convoy's plan with its runs."""

    plan: ConvoyPlan
    runs: tuple[LegRun, ...]

    @property
    def lonlat(self) -> Array:
        """The whole way driven, shape (n, 2); runs join without repeating the shared point."""
        if not self.runs:
            return np.zeros((0, 2))
        return as_array([self.runs[0].lonlat[0], *(point for run in self.runs for point in run.lonlat[1:])])


@dataclass(frozen=True)
class PlanView:
    """A plan with everything an exporter or a page needs.

    Attributes
    ----------
    plan : Plan
    convoys : tuple of ConvoyView
    places : DataFrame
        Indexed by place_id, with names and roles.
    water_points : DataFrame
        Those within reach of the plan's lines; with `probability` that each gives water.
    segments : GeoDataFrame
        All segments, for names and geometry of what was left out.
    data_version : str
    """

    plan: Plan
    convoys: tuple[ConvoyView, ...]
    places: pd.DataFrame
    water_points: pd.DataFrame
    segments: gpd.GeoDataFrame
    data_version: str

    @property
    def plan_id(self) -> str:
        """Ten hexadecimal digits that name this plan: the same orders have the same id."""
        parts = [self.data_version, str(self.plan.on), f"{self.plan.request.hours:g}", str(self.plan.request.seed)]
        for convoy in self.plan.convoys:
            handed = convoy.hand_over.place if convoy.hand_over else None
            parts += [
                convoy.label,
                convoy.convoy.vehicle.vehicle_type,
                f"{convoy.convoy.vehicles} {convoy.fuel_l:.1f} {convoy.water_l:.1f}",
                # whole seconds, as the document tells them: a plan read back has the same id
                f"{convoy.start} {convoy.end.replace(microsecond=0)} {convoy.rest}",
                f"{handed.place_id} {handed.agreed_by}" if handed else "",
            ]
            parts += [f"{piece.segment_id}{piece.forward}" for piece in convoy.pieces]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:10]


#: Water points are shown when this near (degrees) to a line of the plan: about 30 km.
_WATER_MARGIN_DEG = 0.3


def view_plan(
    plan: Plan, segments: gpd.GeoDataFrame, places: pd.DataFrame, water_points: pd.DataFrame, data_version: str
) -> PlanView:
    """Join a plan with names and geometry.

    Parameters
    ----------
    plan : Plan
    segments : GeoDataFrame
        As `routes.segments.cut_segments` made them.
    places, water_points : DataFrame
        `water_points` with a column `probability`.
    data_version : str
    """
    convoys = tuple(ConvoyView(each, tuple(_runs(each.pieces, segments, places))) for each in plan.convoys)
    track = np.concatenate([np.zeros((0, 2)), *(view.lonlat for view in convoys)])
    near = [
        bool(len(track)) and bool((np.abs(track - (lon, lat)).max(axis=1) < _WATER_MARGIN_DEG).any())
        for lon, lat in zip(water_points["lon"], water_points["lat"], strict=True)
    ]
    return PlanView(plan, convoys, places, water_points[near], segments, data_version)


def _runs(pieces: Iterable[DrivenPiece], segments: gpd.GeoDataFrame, places: pd.DataFrame) -> Iterable[LegRun]:
    legs = segments["leg_id"]
    for (leg_id, forward), members in groupby(pieces, key=lambda piece: (legs[piece.segment_id], piece.forward)):
        run = tuple(members)
        rows = segments.loc[[piece.segment_id for piece in run]]
        lines = [as_array(list(line.coords))[:: 1 if forward else -1] for line in rows.geometry]
        lonlat = np.concatenate([lines[0], *(line[1:] for line in lines[1:])])
        first, last = rows.iloc[0], rows.iloc[-1]
        km_from, km_to = (first["km_from"], last["km_to"]) if forward else (first["km_to"], last["km_from"])
        nodes = (first["from_node"], last["to_node"]) if forward else (first["to_node"], last["from_node"])
        yield LegRun(
            str(leg_id),
            str(first["mode"]),
            nodes[0],
            nodes[1],
            point_name(nodes[0], km_from, "en", places),
            point_name(nodes[1], km_to, "en", places),
            float(km_from),
            float(km_to),
            sum(piece.length_m for piece in run) / 1000,
            sum(piece.hours for piece in run),
            sum(piece.fuel_l for piece in run),
            bearing_deg(tuple(lonlat[0]), tuple(lonlat[-1])),
            sum(piece.benefit for piece in run),
            lonlat,
            run,
        )
