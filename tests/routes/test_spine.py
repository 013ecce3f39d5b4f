"""The main line of a corridor on small nets."""

from __future__ import annotations

import pandas as pd

from routes.spine import SpineLeg, corridor_spine


def legs(*rows: tuple[str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["from_id", "to_id", "length"])
    return table.set_index(table["from_id"] + "--" + table["to_id"])


def test_the_longest_shortest_way_is_found_whatever_the_direction_of_its_legs() -> None:
    net = legs(("b", "a", 5.0), ("b", "c", 4.0), ("b", "x", 1.0), ("a", "c", 100.0))
    assert corridor_spine(net) == [SpineLeg("b--a", True), SpineLeg("b--c", False)]
    assert corridor_spine(net.iloc[::-1]) == corridor_spine(net)


def test_of_two_ways_the_shorter_counts() -> None:
    net = pd.concat([legs(("a", "b", 9.0)), legs(("a", "b", 3.0)).rename(index=lambda name: name + "@2")])
    assert corridor_spine(net) == [SpineLeg("a--b@2", False)]
