"""A million segment-hours of water loss: our table against direct ISO 7933 calls, in one run.

`python -m benchmarks.heat [--json]`. The direct calls are timed on a sample of 20,000 and scaled.
"""

from __future__ import annotations

import argparse
import json
import time
from datetime import date

import numpy as np

from data.tables import read_water_loss
from risk.climate import DayClimate, hourly_weather
from risk.heat import Activity, LossTable, direct_loss_kg_per_h, hourly_loss

SEGMENTS = 41_667
SAMPLE = 20_000


def main() -> None:
    """Run both and print a line or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    tmax = rng.uniform(18, 47, SEGMENTS)
    days = (tmax, tmax - rng.uniform(10, 18, SEGMENTS), rng.uniform(0.4, 2.0, SEGMENTS))
    climate = DayClimate(*days)
    lat = rng.uniform(10, 34, SEGMENTS)
    table = LossTable(**read_water_loss())
    hourly_weather(lat[:10], date(2026, 6, 15), DayClimate(*(part[:10] for part in days)))  # imports
    begun = time.perf_counter()
    weather = hourly_weather(lat, date(2026, 6, 15), climate)
    loss = hourly_loss(table, weather)
    ours = time.perf_counter() - begun
    hours = weather.air_degc.size
    pick = rng.integers(0, hours, SAMPLE)
    air, sun, vapour = (part.ravel()[pick] for part in (weather.air_degc, weather.sun_degc, weather.vapour_kpa))
    direct_loss_kg_per_h(Activity.REST, air[:10], sun[:10] - air[:10], vapour[:10])  # compiles
    begun = time.perf_counter()
    for activity in (Activity.REST, Activity.REST, Activity.WALK):  # shade, sun, walking, as the table gave
        direct_loss_kg_per_h(activity, air, sun - air, vapour)
    direct = (time.perf_counter() - begun) * hours / SAMPLE
    document = {
        "segment_hours": hours,
        "guelta_s": ours,
        "direct_iso_7933_s": direct,
        "ratio": direct / ours,
        "mean_loss_l_per_day": float(loss.rest_shade.sum(axis=1).mean()),
    }
    if arguments.json:
        print(json.dumps(document, indent=2))
    else:
        print(
            f"{hours:,} segment-hours, weather and three losses each: {ours:.2f} s; "
            f"direct calls {direct:.0f} s (scaled), x{direct / ours:.0f}"
        )


if __name__ == "__main__":
    main()
