"""Make the light basemap from the npm package world-atlas: `python -m maps.build_basemap countries-50m.json`."""

from __future__ import annotations

import sys
from pathlib import Path

import orjson
import pyogrio
import shapely

BASEMAP = Path(__file__).parent / "assets" / "basemap.json"
BOUNDS = (-30.0, -10.0, 60.0, 46.0)
TOLERANCE_DEG = 0.03


def main(source: Path) -> None:
    """Clip, simplify and round the countries; topology between neighbours is kept by simplifying the coverage."""
    countries = pyogrio.read_dataframe(source, layer="countries")
    shapes = shapely.buffer(countries.geometry.to_numpy(), 0)
    shapes = shapely.coverage_simplify(shapes, TOLERANCE_DEG)
    clipped = shapely.clip_by_rect(shapely.make_valid(shapes), *BOUNDS)
    rings = [
        [[round(lon, 2), round(lat, 2)] for lon, lat in shapely.get_coordinates(ring).tolist()]
        for shape in clipped
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and part.area > 0.02
        for ring in [part.exterior]
    ]
    BASEMAP.write_bytes(orjson.dumps(rings))
    print(f"{len(rings)} rings, {BASEMAP.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
