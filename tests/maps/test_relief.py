"""Relief from heights: slopes that look to the north-west are light, those behind them dark, flat ground is clear."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import numpy as np
import pytest
import rasterio
from PIL import Image
from tests_access import local_client
from tests_server import served

from api.access.setup import _web
from api.context import RegionContext
from data.errors import BadInput
from maps.tiles import relief_tile

TILE = (7, 67, 57)


@pytest.fixture(scope="module")
def hill(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cone of 1,000 m in the middle of the tile, some 60 km across; flat beyond it."""
    west, north, side = 8.4, 19.4, 0.01
    lat, lon = north - side * np.arange(290), west + side * np.arange(290)
    away_km = np.hypot((lon[None] - 9.84) * 105, (lat[:, None] - 17.98) * 111)
    path = tmp_path_factory.mktemp("hill") / "hill.tif"
    with rasterio.open(
        path, "w", driver="GTiff", width=290, height=290, count=1, dtype="float32", crs="EPSG:4326",
        transform=rasterio.transform.from_origin(west, north, side, side), nodata=-9999,
    ) as made:  # fmt: skip
        made.write(np.clip(1000 - away_km / 30 * 1000, 0, None).astype("float32"), 1)
    return path


def test_slopes_away_from_the_light_are_dark(hill: Path) -> None:
    alpha = np.asarray(Image.open(io.BytesIO(relief_tile(hill, TILE))).convert("LA"))[..., 1].astype(int)
    assert alpha.shape == (256, 256)
    assert alpha[140:150, 140:150].mean() > 15 > 1 > alpha[106:116, 106:116].mean()
    assert alpha[:20, :20].max() <= 1


def test_a_tile_beyond_the_file_is_clear(hill: Path) -> None:
    assert np.asarray(Image.open(io.BytesIO(relief_tile(hill, (7, 0, 0)))).convert("RGBA"))[..., 3].max() == 0


def test_relief_is_served_where_heights_are_given(context: RegionContext, hill: Path) -> None:
    address = "/tiles/relief/7/67/57.png"
    assert local_client(context).get(address).status_code == 404
    with served({"GUELTA_HEIGHTS": str(hill)}) as site:
        given = httpx.get(site + address)
        assert given.status_code == 200 and given.content == relief_tile(hill, TILE)
        page = httpx.get(site + "/planner?lang=fr")
        assert "data-ground=" in page.text and "tiles/relief/{z}/{x}/{y}.png" in page.text


def test_tiles_of_another_host_are_named_and_allowed() -> None:
    tiles = "https://tiles.example/{z}/{x}/{y}.png"
    with pytest.raises(BadInput, match="say whose"):
        _web({"GUELTA_TILES": tiles})
    with pytest.raises(BadInput, match="no address"):
        _web({"GUELTA_TILES": "https://tiles.example/", "GUELTA_TILES_ATTRIBUTION": "x"})
    web = _web({"GUELTA_TILES": tiles, "GUELTA_TILES_ATTRIBUTION": "Example, free licence"})
    assert "img-src 'self' data: https://tiles.example;" in web.policy(html=True)
    assert "tiles.example" not in _web({}).policy(html=True)
