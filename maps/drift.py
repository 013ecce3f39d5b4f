"""Scenario files for OpenDrift, which stays a program of its own: a scenario and a script that runs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from data.errors import BadInput
from data.units import require_utc

#: What drifts, by the numbers of the leeway tables that OpenDrift ships (Allen and Plourde 1999, Allen 2005).
OBJECTS = {
    "person": (1, "person in the water, state unknown"),
    "person-jacket": (3, "person in the water, sitting, with a life jacket"),
    "rubber-boat": (27, "life raft without ballast, canopy or drogue: the nearest to an inflatable"),
    "skiff": (45, "skiff with a V-hull: the nearest to a wooden boat with an engine"),
    "capsized-skiff": (46, "skiff, swamped or capsized"),
    "fishing-vessel": (50, "fishing vessel"),
}
_SCRIPT = Path(__file__).parent / "assets" / "run_drift.py.txt"


@dataclass(frozen=True)
class DriftScenario:
    """Where and when something began to drift.

    Attributes
    ----------
    lon, lat : float
        Degrees, WGS84.
    radius_km : float
        Positions are spread evenly over this disc.
    start : datetime
        Aware.
    release_h : float
        Over which the drift may have begun; 0 for a known instant.
    hours : float
        How long to follow it.
    drifting : str
        A key of `OBJECTS`.
    number : int
        Particles.
    current_ms, wind_ms : tuple of float or None
        Constant (east, north) speeds, for exercises; real runs take files.
    """

    lon: float
    lat: float
    radius_km: float
    start: datetime
    release_h: float
    hours: float
    drifting: str
    number: int = 5000
    current_ms: tuple[float, float] | None = None
    wind_ms: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        faults = []
        for name, value, low, high in (
            ("radius", self.radius_km, 0, 500),
            ("release", self.release_h, 0, 240),
            ("hours", self.hours, 1, 480),
            ("number", self.number, 100, 1_000_000),
        ):
            if not low <= value <= high:
                faults.append(f"{name} must be from {low} to {high}, got {value:g}")
        if self.drifting not in OBJECTS:
            faults.append(f"object '{self.drifting}' is not known; there are {', '.join(OBJECTS)}")
        if (self.current_ms is None) != (self.wind_ms is None):
            faults.append("give both a constant current and a constant wind, or neither")
        for name, pair, most in (("current", self.current_ms, 15), ("wind", self.wind_ms, 50)):
            if pair is not None and not all(-most <= value <= most for value in pair):
                faults.append(f"{name} must be from -{most} to {most} m/s each way")
        if faults:
            raise BadInput(faults)


def scenario_document(scenario: DriftScenario) -> dict[str, Any]:
    """Return the scenario as the script reads it; times in UTC, metres, metres a second."""
    start = require_utc(scenario.start)
    moments = [start, start + timedelta(hours=scenario.release_h)] if scenario.release_h else [start]
    constant: dict[str, float] = {}
    if scenario.current_ms is not None and scenario.wind_ms is not None:
        names = ("x_sea_water_velocity", "y_sea_water_velocity", "x_wind", "y_wind")
        constant = dict(zip(names, (*scenario.current_ms, *scenario.wind_ms), strict=True)) | {"land_binary_mask": 0}
    return {
        "format": "guelta drift scenario 1",
        "model": "Leeway",
        "random_seed": 1,
        "hours": scenario.hours,
        "seed": {
            "lon": scenario.lon,
            "lat": scenario.lat,
            "radius_m": scenario.radius_km * 1000,
            "number": scenario.number,
            "time": [moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for moment in moments],
            "object_type": OBJECTS[scenario.drifting][0],
            "object": OBJECTS[scenario.drifting][1],
        },
        "constant": constant,
    }


def write_scenario(scenario: DriftScenario, folder: Path) -> list[Path]:
    """Write scenario.json and run_drift.py to a folder and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    document, script = folder / "scenario.json", folder / "run_drift.py"
    document.write_bytes(orjson.dumps(scenario_document(scenario), option=orjson.OPT_INDENT_2))
    script.write_text(_SCRIPT.read_text(encoding="utf-8"), encoding="utf-8")
    return [document, script]
