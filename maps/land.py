"""Land and sea by the coarse coast of the basemap."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import orjson
import shapely

#: The coast is generalised to some 10 km; nearer than this nobody can say.
COAST_DEG = 0.15


@lru_cache(maxsize=1)
def _land() -> shapely.MultiPolygon:
    rings = orjson.loads((Path(__file__).parent / "assets" / "basemap.json").read_bytes())
    return shapely.union_all([shapely.make_valid(shapely.Polygon(ring)) for ring in rings])


def land_outline() -> shapely.MultiPolygon:
    """Return all land, degrees."""
    return _land()


def clearly_at_sea(lon: float, lat: float) -> bool:
    """Return whether a position (degrees) lies farther than `COAST_DEG` from any land."""
    return away_from_land_deg(lon, lat) > COAST_DEG


def away_from_land_deg(lon: float, lat: float) -> float:
    """Return how far a position lies from the land of the coarse coast, degrees; 0 on it."""
    return float(shapely.distance(_land(), shapely.Point(lon, lat)))


def clearly_on_land(lon: float, lat: float) -> bool:
    """Return whether a position (degrees) lies on land, farther than `COAST_DEG` from any sea."""
    point = shapely.Point(lon, lat)
    return bool(_land().contains(point) and shapely.distance(_land().boundary, point) > COAST_DEG)
