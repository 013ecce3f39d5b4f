"""What the hour of the stranding changes: the same day, stranded at another hour.

Nobody knows at which hours groups are stranded; the rate is the same for all hours of a day. The hour changes how soon
the heat comes, and when the night lets people walk: the probability of dying, and with it the risk. At sea the model
has no hour.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.units import HOURS_PER_DAY
from risk.assess import Assessment, Conditions, assess
from risk.layer import layers
from risk.stranding import TRAFFIC_PER_H, clocks, fate
from risk.survival import hours_alive

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DayFates:
    """Land segments of a day, assessed but for the hour.

    Attributes
    ----------
    index : Index
        segment_id of the n land segments.
    traffic_per_h : array, shape (n,)
    parts : dict
        The parts of an `Assessment` that know no hour.
    """

    index: pd.Index
    traffic_per_h: Array
    parts: dict[str, object]

    @property
    def conditions(self) -> Conditions:
        """What holds on the day."""
        found = self.parts["conditions"]
        assert isinstance(found, Conditions)
        return found


def day_fates(segments: pd.DataFrame, conditions: Conditions) -> DayFates:
    """Assess the land segments of a day once, for `at_hour`.

    Parameters
    ----------
    segments : DataFrame
        From `routes.segments.cut_segments`; sea segments are left out.
    conditions : Conditions
    """
    on_land = segments[segments["mode"] != "sea"]
    traffic = on_land["mode"].map(TRAFFIC_PER_H).to_numpy(float)
    found = assess(on_land["lon"].to_numpy(float), on_land["lat"].to_numpy(float), traffic, conditions)
    # the curves of one hour take ten times the memory of all the rest
    kept = {each.name: getattr(found, each.name) for each in fields(found) if each.name not in ("clock", "fate")}
    return DayFates(on_land.index, traffic, kept)


def at_hour(day: DayFates, hour: int) -> pd.DataFrame:
    """Return every layer, and the band of hours alive, for a stranding at an hour.

    Parameters
    ----------
    day : DayFates
    hour : int
        Local solar hour, 0 to 23.

    Returns
    -------
    DataFrame
        Indexed by segment_id: the columns of the layers, `survival_h_p10` and `survival_h_p90`.

    Raises
    ------
    ValueError
        For an hour that is none.
    """
    given = replace(day.conditions.stranding, start_hour=hour)
    if not 0 <= hour < HOURS_PER_DAY:
        raise ValueError(f"the hour must be from 0 to 23, got {hour}")
    conditions = replace(day.conditions, stranding=given)
    loss, reach = day.parts["loss"], day.parts["reach"]
    clock = clocks(loss, conditions.body, conditions.walk, given)  # type: ignore[arg-type]
    outcome = fate(clock, reach, day.traffic_per_h, given)  # type: ignore[arg-type]
    parts = {**day.parts, "conditions": conditions, "clock": clock, "fate": outcome}
    found = Assessment(**parts)  # type: ignore[arg-type]
    columns = {layer.column: layer.values(found) for layer in layers().values() if layer.kind == "measure"}
    columns["survival_h_p10"] = hours_alive(outcome.alive_staying, 0.9)
    columns["survival_h_p90"] = hours_alive(outcome.alive_staying, 0.1)
    return pd.DataFrame(columns, index=day.index)


def risk_at_hour(table: pd.DataFrame, hourly: pd.DataFrame) -> pd.DataFrame:
    """Return a day's risk as it is for a stranding at another hour.

    Parameters
    ----------
    table : DataFrame
        `risk.combine.SegmentRisk.table`, made at the hour of the parameters.
    hourly : DataFrame
        From `at_hour`, of the same day.

    Returns
    -------
    DataFrame
        With the same rows and columns; `log_ratio` and `share_*` still explain the day at the hour of the parameters,
        and `hour_ratio` says how many times as high the risk is at this hour; 1 at sea.
    """
    result = table.copy()
    before = table["death_probability"]
    result.loc[hourly.index, hourly.columns] = hourly
    # where next to nobody dies at either hour a ratio says nothing
    ratio = (result["death_probability"] / before).where(before > 0, 1.0)
    deadly = result["group_size"] * result["death_probability"]
    for end in ("per_km_day", "low", "high"):
        result[f"risk_{end}"] = result[f"incident_rate_{end}"] * deadly
    return result.assign(hour_ratio=ratio)
