"""The way to water along segments."""

from __future__ import annotations

import numpy as np
import pandas as pd

from routes.dry_way import way_to_water_km


def chain(ends: list[tuple[str, str]], km: list[float], mode: str = "desert") -> pd.DataFrame:
    starts, stops = zip(*ends, strict=True)
    return pd.DataFrame({"from_node": starts, "to_node": stops, "length": np.array(km) * 1000, "mode": mode})


def test_the_farthest_point_lies_between_two_waters() -> None:
    segments = chain([("a", "b"), ("b", "c"), ("c", "d"), ("d", "e")], [10, 30, 50, 10])
    found = way_to_water_km(segments, np.array([True, False, False, True]))
    # 80 km between b and d: 40 km to either, 10 km into the second stretch
    assert found.tolist() == [0, 30, 40, 0]


def test_a_dead_end_an_island_and_the_sea() -> None:
    segments = chain([("a", "b"), ("b", "c"), ("x", "y"), ("c", "s")], [10, 25, 5, 90])
    segments.loc[3, "mode"] = "sea"
    found = way_to_water_km(segments, np.array([True, False, False, False]))
    assert found[:2].tolist() == [0, 25] and np.isinf(found[2]) and np.isnan(found[3])
    assert np.isinf(way_to_water_km(segments, np.zeros(4, bool))[:3]).all()
