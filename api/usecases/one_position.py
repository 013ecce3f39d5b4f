"""One position from what people write: a place, coordinates, or words that tell a single point."""

from __future__ import annotations

from api.context import RegionContext
from data.errors import BadInput
from data.units import M_PER_KM
from routes.coordinates import in_region
from routes.described import Described, read_described
from routes.geodesy import GEOD
from routes.positions import Position, UnknownPlace, read_position

#: Farther from a place nobody tells where somebody is by the compass.
FARTHEST_KM = 1000.0


def one_position(context: RegionContext, text: str) -> Position:
    """Understand a position as `read_position` does, and descriptions such as "90 km west of Dirkou".

    Parameters
    ----------
    text : str
        What `routes.described.read_described` understands, where it tells one point.

    Returns
    -------
    Position
        `read_as` says what was understood; the point of a compass word lies on its exact bearing.

    Raises
    ------
    BadInput
        If nothing is understood, or what is said fits many points.
    """
    try:
        return read_position(text, context.network.places)
    except UnknownPlace:
        from api.usecases.locate import gazetteer

        said = read_described(text, gazetteer(context))
    if said.goal or said.kind not in ("at", "offset"):
        raise BadInput(f"'{text}' ({said.read_as}) is no single position; give coordinates, or open a case with it")
    return said.place if said.kind == "at" and said.radius_km is None else _point_of(said, text)


def _point_of(said: Described, text: str) -> Position:
    lon, lat = said.place.lon, said.place.lat
    if said.km is not None and said.bearing_deg is not None:
        if said.km > FARTHEST_KM:
            raise BadInput(f"'{text}': {said.km:g} km is too far to tell a position by; at most {FARTHEST_KM:g}")
        lon, lat, _ = GEOD.fwd(lon, lat, said.bearing_deg, said.km * M_PER_KM)
        if not in_region(lon, lat):
            raise BadInput(f"'{text}' (latitude {lat:.4f}, longitude {lon:.4f}) lies outside the region")
    within = "" if said.radius_km is None else f", the middle of ± {said.radius_km:g} km"
    return Position(float(lon), float(lat), None, f"{said.read_as.split(' ± ')[0]}: {lat:.5f},{lon:.5f}{within}")
