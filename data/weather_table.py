"""Weather files as a source reads them: what they cover, and where they have holes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from data.source import Reading, Variable
from data.source_found import Found
from data.weather_field import LONGEST_GAP_S, PLAUSIBLE_DEGC
from data.weather_source import read_weather

#: What a weather file can tell; no sun of the region gives more than the last.
WEATHER_VARIABLES = (
    Variable("air_degc", "degC", *PLAUSIBLE_DEGC),
    Variable("dew_degc", "degC", *PLAUSIBLE_DEGC),
    Variable("global_wm2", "W/m2", 0, 1500),
)


def read_as_source(path: Path, reading: Reading) -> Found:
    """Read a weather file of any family known, and say what it lacks."""
    field = read_weather(path)
    found = Found(weather=field)
    for name, series in field.series.items():
        times, values = series.times_s, series.values
        first, last = (datetime.fromtimestamp(float(each), UTC) for each in (times[0], times[-1]))
        found.remarks.append(f"{name}: {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC, {values.shape[1]} points")
        gaps = np.flatnonzero(np.diff(times) > LONGEST_GAP_S)
        for at in gaps[:20]:
            found.warn("hole", f"{name}: nothing between {_said(times[at])} and {_said(times[at + 1])}")
        lost = 1 - float(np.isfinite(values).mean())
        if lost > 0.05:
            found.warn("hole", f"{name}: {lost:.0%} of the values are missing")
    for lacking in {"dew_degc", "global_wm2"} - set(field.series):
        found.warn("hole", f"{lacking} is not in the file; climate normals stand in")
    return found


def _said(moment_s: float) -> str:
    return f"{datetime.fromtimestamp(float(moment_s), UTC):%Y-%m-%d %H:%M}"
