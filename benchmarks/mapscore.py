"""MapScore (Sava et al. 2016) of probability maps where neither terrain nor tracks are known, beside published rings.

`python -m benchmarks.mapscore CASES.csv [--json] [--seed 0]` reads the columns `case_id, category, ipp_lat, ipp_lon,
find_lat, find_lon, hours` (in any order; `category` and `hours` may be empty, further columns are left alone). It
prints Rossmo's r of each find on the published box (25 km, 5001 x 5001 cells of 5 m) for our smooth map, for the
distance rings as printed (Koester 2008) and for a uniform map; then the means and the mean difference of ours and the
rings, each with a 95 % bootstrap interval. A find outside the box gets -1 under every map and is flagged; means of the
others are given too. Exit code 2 and a line for each fault where a file is not of that format.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import BadInput
from data.units import M_PER_KM
from routes.geodesy import distance_m
from sar.distance_rings import category_of, published, smooth
from sar.mapscore import OUTSIDE, PUBLISHED, RadialMap

Array = NDArray[np.float64]

POSITIONS = {"ipp_lat": 90.0, "ipp_lon": 180.0, "find_lat": 90.0, "find_lon": 180.0}
COLUMNS = ("case_id", "category", *POSITIONS, "hours")
MAPS = ("ours", "rings", "uniform")
RESAMPLES = 10_000
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Case:
    """A search that ended in a find; positions (lon, lat) in degrees, hours since last seen where known."""

    case_id: str
    category: str
    ipp: tuple[float, float]
    find: tuple[float, float]
    hours: float | None


def read_cases(path: Path) -> list[Case]:
    """Read a file; `BadInput` with a line for each fault and its row (the header is row 1)."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}: row {row}: is not UTF-8; save the file as CSV UTF-8") from None
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    cases: list[Case] = []
    faults: list[str] = []
    seen: dict[str, int] = {}
    try:
        names = _columns(next(lines, []), path)
        for row, cells in _rows(lines):
            read, wrong = _case(names, cells, seen, row)
            cases += [read] if read else []
            faults += [f"{path}: row {row}: {fault}" for fault in wrong]
    except csv.Error as error:
        faults.append(f"{path}: row {lines.line_num}: is no CSV ({error})")
    if faults:
        raise BadInput(faults)
    if not cases:
        raise BadInput(f"{path}: holds no case")
    return cases


def _columns(header: list[str], path: Path) -> list[str]:
    """Return the names of the columns, as written but for case and blanks."""
    names = [name.strip().casefold() for name in header]
    if not any(names):
        raise BadInput(f"{path}: is empty or its first row is; needs the columns {', '.join(COLUMNS)}")
    faults = [f"{path}: row 1: column '{name}' is missing" for name in COLUMNS if name not in names]
    faults += [f"{path}: row 1: column '{name}' is there twice" for name in COLUMNS if names.count(name) > 1]
    if faults:
        raise BadInput(faults)
    return names


def _rows(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Yield rows that are not blank, with the number of each as in a spreadsheet."""
    yield from ((row, cells) for row, cells in enumerate(lines, 2) if any(cell.strip() for cell in cells))


def _case(names: list[str], cells: list[str], seen: dict[str, int], row: int) -> tuple[Case | None, list[str]]:
    """Read a row: the case, or what is wrong with it."""
    if len(cells) != len(names):
        return None, [f"has {len(cells)} cells, the first row {len(names)}"]
    cell = {name: text.strip() for name, text in zip(names, cells, strict=True)}
    faults: list[str] = []
    case_id = cell["case_id"]
    if not case_id:
        faults.append("'case_id' is empty")
    elif case_id in seen:
        faults.append(f"'case_id' {case_id!r} is already in row {seen[case_id]}")
    seen.setdefault(case_id, row)
    at = {name: _number(cell[name], name, -bound, bound, faults) for name, bound in POSITIONS.items()}
    hours = _number(cell["hours"], "hours", 0.0, 1e5, faults) if cell["hours"] else None
    if faults:
        return None, faults
    ipp, find = (at["ipp_lon"], at["ipp_lat"]), (at["find_lon"], at["find_lat"])
    return Case(case_id, cell["category"], ipp, find, hours), []


def _number(text: str, name: str, low: float, high: float, faults: list[str]) -> float:
    """Read a number, or note what is wrong with it."""
    if not _NUMBER.fullmatch(text):
        faults.append(f"'{name}' is empty" if not text else f"'{name}' is no number: {text!r}")
        return 0.0
    value = float(text)
    if not low <= value <= high:
        faults.append(f"'{name}' must be from {low:g} to {high:g}, got {text}")
    return value


def score_cases(cases: Sequence[Case]) -> dict[str, Array]:
    """Return r of every case under each map, shape (n,)."""
    finds = [PUBLISHED.cell_of(case.ipp, case.find) for case in cases]
    scores = {name: np.zeros(len(cases)) for name in MAPS}
    groups: dict[tuple[str, tuple[str, bool | None], float | None], list[int]] = {}
    for at, case in enumerate(cases):
        # where the density falls with distance the hours change no rank: one map serves all
        hours = None if smooth(case.category).falls else case.hours
        groups.setdefault(("ours", category_of(case.category), hours), []).append(at)
        groups.setdefault(("rings", category_of(case.category), None), []).append(at)
        scores["uniform"][at] = OUTSIDE if finds[at] is None else 0.0
    for (name, _, hours), members in groups.items():
        category = cases[members[0]].category
        density = smooth(category, hours) if name == "ours" else published(category)
        one = RadialMap(density.per_km2)
        for at in members:
            scores[name][at] = one.score(finds[at])
    return scores


def interval(values: Array, seed: int) -> dict[str, float]:
    """Return the mean and its 95 % bootstrap interval (percentiles of the means of resampled cases)."""
    random = np.random.default_rng(seed)
    means = [values[random.integers(len(values), size=len(values))].mean() for _ in range(RESAMPLES)]
    low, high = np.percentile(means, [2.5, 97.5])
    return {"mean": float(values.mean()), "low": float(low), "high": float(high)}


def report(cases: Sequence[Case], seed: int) -> dict[str, Any]:
    """Return r of each case, the means, and the paired difference of ours and the rings."""
    scores = score_cases(cases)
    outside = np.array([PUBLISHED.cell_of(case.ipp, case.find) is None for case in cases])
    rows = [
        {
            "case_id": case.case_id,
            "category": case.category,
            "read_as": category_of(case.category)[0],
            "distance_km": distance_m(case.ipp, case.find) / M_PER_KM,
            "outside_box": bool(outside[at]),
            "r": {name: float(scores[name][at]) for name in MAPS},
        }
        for at, case in enumerate(cases)
    ]
    result: dict[str, Any] = {"cases": rows, "count": len(rows), "outside_box": int(outside.sum()), "seed": seed}
    for label, used in (("all", np.full(len(rows), True)), ("inside_box", ~outside)):
        chosen = {name: scores[name][used] for name in MAPS}
        chosen["ours_less_rings"] = chosen["ours"] - chosen["rings"]
        result[label] = {name: interval(r, seed) for name, r in chosen.items()} if used.any() else None
    return result


def describe(result: dict[str, Any]) -> str:
    """Return the table for people."""
    wide = max(len("case"), *(len(row["case_id"]) for row in result["cases"]))
    lines = [f"{'case':{wide}}  {'read as':24}{'km':>8}" + "".join(f"{name:>9}" for name in MAPS)]
    for row in result["cases"]:
        scores = "".join(f"{row['r'][name]:9.4f}" for name in MAPS)
        flag = "  outside the box" if row["outside_box"] else ""
        lines.append(f"{row['case_id']:{wide}}  {row['read_as']:24}{row['distance_km']:8.2f}{scores}{flag}")
    for label, words in (("all", f"all {result['count']}"), ("inside_box", "inside the box")):
        if result[label] and (label == "all" or result["outside_box"]):
            lines.append(f"mean r (95 % interval), {words}:")
            lines += [
                f"  {name.replace('_', ' '):16} {each['mean']:+.4f} ({each['low']:+.4f} to {each['high']:+.4f})"
                for name, each in result[label].items()
            ]
    return "\n".join(lines)


def main() -> None:
    """Score the cases of a file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=0, help="of the bootstrap")
    arguments = parser.parse_args()
    if arguments.seed < 0:
        parser.error("argument --seed: must not be negative")
    try:
        cases = read_cases(arguments.file)
    except BadInput as error:
        print("\n".join(error.faults), file=sys.stderr)
        raise SystemExit(2) from None
    result = report(cases, arguments.seed)
    print(json.dumps(result, indent=2) if arguments.json else describe(result))


if __name__ == "__main__":
    main()
