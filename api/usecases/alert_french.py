"""What was understood of an alert, in French."""

from __future__ import annotations

from routes.described import Described
from routes.positions import Position

#: Values of fields.
VALUES_FR = {
    "broken down": "en panne", "stuck": "ensablé", "out of fuel": "panne sèche", "lost": "perdus",
    "left behind": "abandonnés", "no vehicle": "sans véhicule", "unknown": "inconnu", "waiting": "attendent",
    "walking": "marchent", "split": "groupe séparé", "in the group": "quelqu'un du groupe", "survivor": "un rescapé",
    "driver": "un chauffeur", "relative": "un proche", "alarm line": "la ligne d'alerte", "authority": "une autorité",
    "passer-by": "un passant", "north": "le nord", "south": "le sud", "east": "l'est", "west": "l'ouest",
    "north-east": "le nord-est", "north-west": "le nord-ouest", "south-east": "le sud-est",
    "south-west": "le sud-ouest", "water": "l'eau", "road": "la piste",
}  # fmt: skip
_WATER_FR = {
    "well": "le puits", "oasis": "l'oasis", "guelta": "la guelta", "spring": "la source", "river": "le fleuve",
    "lake": "le lac", "piped": "le point d'eau",
}  # fmt: skip
_COMPASS_FR = {
    0: "au nord", 45: "au nord-est", 90: "à l'est", 135: "au sud-est", 180: "au sud", 225: "au sud-ouest",
    270: "à l'ouest", 315: "au nord-ouest",
}  # fmt: skip


def _at(place: Position) -> str:
    kind, _, name = place.read_as.partition(" ")
    return f"{_WATER_FR[kind]} {name}" if kind in _WATER_FR else place.read_as


def in_french(said: Described) -> str:
    """Return what was understood of a place, to be read back in French."""
    place = _at(said.place)
    towards = f", vers {said.goal}" if said.goal else ""
    spread = f" ± {said.radius_km:g} km" if said.radius_km else ""
    if said.kind == "between" and said.other is not None:
        return f"entre {place} et {_at(said.other)}"
    if said.kind == "offset" and said.bearing_deg is not None:
        way = _COMPASS_FR[int(said.bearing_deg)]
        return f"à {said.km:g} km {way} ({said.bearing_deg:03.0f}°) de {place}{spread}"
    if said.kind == "beyond":
        return f"à {said.km:g} km le long d'une piste depuis {place}{towards}"
    if said.kind == "travel" and said.hours is not None:
        return f"à {said.hours:g} h de voyage depuis {place}{towards}"
    return f"{place}{spread}{towards}"
