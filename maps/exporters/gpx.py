"""GPX 1.1 for the receiver in the car: a route of turning points, the track to follow, water and bases."""

from __future__ import annotations

import gpxpy.gpx

from maps.exporter import Exporter
from maps.plan_view import ConvoyView, PlanView
from risk.water import COUNTED_ON

SYMBOLS = {"base": "Lodge", "water": "Drinking Water", "dry": "Skull and Crossbones", "turn": "Flag, Blue"}


def vehicle_gpx(view: PlanView, convoy: ConvoyView, vehicle_id: str) -> bytes:
    """Return the GPX file of one vehicle (UTF-8)."""
    gpx = gpxpy.gpx.GPX()
    gpx.creator = "Guelta"
    gpx.name = f"{vehicle_id} {convoy.plan.on.isoformat()}"
    gpx.description = f"plan {view.plan_id}, data {view.data_version}"
    base = view.places.loc[convoy.plan.convoy.base.place_id]
    gpx.waypoints.append(_waypoint(base["lon"], base["lat"], str(base["name"]), "base", "base"))
    for water in view.water_points.itertuples():
        symbol = "water" if water.probability >= COUNTED_ON else "dry"
        known = f"{water.kind}, {water.reliability.replace('_', ' ')}"
        state = f"{known}, water {water.probability:.0%}, position within {water.precision_km:g} km"
        gpx.waypoints.append(_waypoint(water.lon, water.lat, water.name, symbol, state))
    route = gpxpy.gpx.GPXRoute(name=gpx.name)
    for order, run in enumerate(convoy.runs):
        note = f"{run.km:.0f} km, {run.hours:.1f} h, bearing {run.bearing_deg:.0f}, {run.mode}"
        route.points.append(_turn(run.lonlat[0], f"{order + 1:02d} {run.start_name}", note))
    if convoy.runs:
        route.points.append(
            _turn(convoy.runs[-1].lonlat[-1], f"{len(convoy.runs) + 1:02d} {convoy.runs[-1].end_name}", "end")
        )
        gpx.routes.append(route)
        track = gpxpy.gpx.GPXTrack(name=gpx.name)
        points = [gpxpy.gpx.GPXTrackPoint(latitude=lat, longitude=lon) for lon, lat in convoy.lonlat.round(6).tolist()]
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
        gpx.tracks.append(track)
    return gpx.to_xml(version="1.1").encode()


def _waypoint(lon: float, lat: float, name: str, symbol: str, note: str) -> gpxpy.gpx.GPXWaypoint:
    return gpxpy.gpx.GPXWaypoint(
        latitude=round(lat, 6), longitude=round(lon, 6), name=name, symbol=SYMBOLS[symbol], description=note
    )


def _turn(lonlat: tuple[float, float], name: str, note: str) -> gpxpy.gpx.GPXRoutePoint:
    lon, lat = (round(float(value), 6) for value in lonlat)
    return gpxpy.gpx.GPXRoutePoint(latitude=lat, longitude=lon, name=name, description=note, symbol=SYMBOLS["turn"])


def _render(view: PlanView) -> dict[str, bytes]:
    return {
        f"{vehicle_id}.gpx": vehicle_gpx(view, convoy, vehicle_id)
        for convoy in view.convoys
        for vehicle_id in convoy.plan.order_ids
    }


EXPORTER = Exporter("gpx", "application/gpx+xml", _render)
