"""A case as GeoJSON: valid, probabilities that sum to 1, regions inside one another."""

import json
from collections import Counter

import numpy as np
import pytest
from shapely.geometry import shape
from tests_case_views import WRITTEN, told_case

from data.grid import RasterGrid
from maps.case_geojson import case_geojson
from maps.case_regions import regions


@pytest.fixture(scope="module")
def collection():
    return json.loads(case_geojson(told_case().view))


def of(collection, kind):
    return [each for each in collection["features"] if each["properties"]["feature"] == kind]


def test_it_is_valid(collection, shared):
    from jsonschema import Draft7Validator

    folder = shared / "reference" / "schemas" / "geojson"
    Draft7Validator(json.loads((folder / "FeatureCollection.json").read_text())).validate(collection)
    for feature in collection["features"]:
        assert shape(feature["geometry"]).is_valid, feature["properties"]


def test_probabilities_sum_to_one(collection):
    areas = of(collection, "search-area")
    case = collection["case"]
    assert sum(each["properties"]["poa"] for each in areas) + case["poa_elsewhere"] + case["outside"] == pytest.approx(
        1
    )
    assert case["poa_elsewhere"] < 0.05
    widest = of(collection, "poa-region")[0]["properties"]
    assert widest["poa"] / widest["level"] + case["outside_regions"] == pytest.approx(1, abs=0.01)


def test_regions_lie_inside_one_another(collection):
    found = of(collection, "poa-region")
    assert [each["properties"]["level"] for each in found] == [0.95, 0.75, 0.5]
    for outer, inner in zip(found, found[1:], strict=False):
        assert outer["properties"]["poa"] > inner["properties"]["poa"]
        assert shape(outer["geometry"]).buffer(1e-6).covers(shape(inner["geometry"]))


def test_regions_are_the_fewest_cells():
    values = np.array([[0.1, 0.4, 0.0], [0.05, 0.3, 0.05]], dtype=np.float32)
    grid = RasterGrid(values, 10.0, 20.0, 0.5, "poa", "", "")
    half, most = regions(grid, (0.75, 0.9))
    assert half.poa == pytest.approx(0.7 if half.shape.area < 0.6 else 0.8)
    assert half.poa >= 0.75 * 0.9 - 1e-6 and most.poa >= 0.9 * 0.9 - 1e-6
    assert half.shape.bounds == pytest.approx((10.5, 19.0, 11.0, 20.0))
    assert all(part.exterior.is_ccw for part in most.shape.geoms)


def test_everything_of_the_case_is_there(collection):
    view = told_case().view
    kinds = Counter(each["properties"]["feature"] for each in collection["features"])
    assert kinds["searched"] == 1 and kinds["ordered-leg"] == 2 and kinds["clue"] == 1 and kinds["find"] == 1
    assert kinds["last-position"] == 1 and kinds["next-leg"] == len(view.next_legs) > 0
    for each in of(collection, "next-leg"):
        values = each["properties"]
        assert 0 < values["pos"] < 1 and values["alive_per_h"] > 0 and values["leaves"] < values["done"]
    assert of(collection, "searched")[0]["properties"]["pos"] == pytest.approx(view.pos)
    assert collection["case"]["hours_left"]["p10"] == pytest.approx(view.hours_left[0])
    assert WRITTEN not in json.dumps(collection)
