"""The benchmarks that `python -m benchmarks` runs: one entry each, with how to run it and how to read its figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """Ours and an alternative's of the same run.

    Attributes
    ----------
    what : str
        With the unit.
    ours, theirs : float
    alternative : str
    more_is_better : bool
        False for times.
    """

    what: str
    ours: float
    alternative: str
    theirs: float
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        """How many times better ours is."""
        return self.ours / self.theirs if self.more_is_better else self.theirs / self.ours


@dataclass(frozen=True)
class Entry:
    """One benchmark.

    Attributes
    ----------
    name : str
        Of its module in this package.
    figures : callable
        From its JSON to figures.
    short : tuple of str or None
        Arguments of a run of some seconds; None where there is none.
    full : tuple of str
        Arguments of the usual run.
    json_file : bool
        Whether `--json` takes a file to write instead of printing.
    """

    name: str
    figures: Callable[[Any], list[Figure]]
    short: tuple[str, ...] | None = None
    full: tuple[str, ...] = ()
    json_file: bool = False


def _nearest_water(found: Any) -> list[Figure]:
    ours, *others = found["runs"]
    return [
        Figure(f"s for {found['cells']:,} cells", ours["seconds"], other["name"], other["seconds"])
        for other in others
        if "skipped" not in other
    ]


def _particles(found: Any) -> list[Figure]:
    ours, *others = found["rows"]
    what = f"s for {found['people']:,} people"
    return [Figure(what, ours["scaled_s"], other["name"], other["scaled_s"]) for other in others]


def _patrols(found: Any) -> list[Figure]:
    return [
        figure
        for size, each in found.items()
        for figure in (
            Figure(f"people, {size}", each["people"], "PyVRP alone", each["pyvrp_people"], more_is_better=True),
            Figure(f"s, {size}", each["seconds"], "PyVRP alone", each["pyvrp_seconds"]),
        )
    ]


def _http(found: Any) -> list[Figure]:
    return [
        Figure(f"a second, {case['case']}", case["ours_per_s"], "bare FastAPI", case["bare_per_s"], more_is_better=True)
        for case in found["cases"]
    ]


def _pages(found: Any) -> list[Figure]:
    made = found["made"]
    ours, theirs = made["file, one hour"], made["folium.GeoJson, risk alone"]
    return [
        Figure("s, file of a map", ours["seconds"], "folium.GeoJson", theirs["seconds"]),
        Figure("bytes, file of a map", ours["bytes"], "folium.GeoJson", theirs["bytes"]),
    ]


def _exercise(found: Any) -> list[Figure]:
    ways = found["ways"]
    return [
        Figure("mean h until found", ways["engine"]["mean_h"], f"habit: {name}", ways[name]["mean_h"])
        for name in found["engine_against"]
    ]


def _routing(found: Any) -> list[Figure]:
    what = f"ms a way, {found['nodes']:,} nodes"
    return [Figure(what, found["ours"]["query_ms"], name, each["query_ms"]) for name, each in found["others"].items()]


def _points(found: Any) -> list[Figure]:
    ours, theirs = found["guelta"]["points_per_s"], found["geopandas"]["points_per_s"]
    return [Figure("points a second", ours, "geopandas.sjoin_nearest", theirs, more_is_better=True)]


def _rasters(found: Any) -> list[Figure]:
    ours, theirs = found["guelta"], found["dask.array"]
    return [Figure(f"s, {found['runs'][-1]['tiles']} tiles", ours["seconds"], "dask.array", theirs["seconds"])]


def _heat(found: Any) -> list[Figure]:
    what = f"s for {found['segment_hours']:,} h"
    return [Figure(what, found["guelta_s"], "ISO 7933 directly", found["direct_iso_7933_s"])]


#: Those with an alternative in the same run. Benchmarks on published files (`orienteering`, `allocation`, `mapscore`)
#: need those files, and `soak` compares with nothing: they are run by themselves.
ENTRIES = (
    Entry("heat", _heat, short=()),
    Entry("nearest_water", _nearest_water, short=("--cell", "0.05"), full=("--rivers",)),
    Entry("particles", _particles, short=("--people", "5000", "--few", "50", "--runs", "2")),
    Entry("patrols", _patrols, short=("--repeats", "1", "--sizes", "1"), full=("--repeats", "1")),
    Entry("points", _points, short=("--points", "200000", "--sample", "20000")),
    Entry("rasters", _rasters, short=("--cell", "0.05", "--tiles", "16"), full=("--cell", "0.0125")),
    Entry("routing", _routing, short=("--nodes", "20000"), json_file=True),
    Entry("pages", _pages),
    Entry("exercise", _exercise, full=("--runs", "20")),
    Entry("http", _http, json_file=True),
)
