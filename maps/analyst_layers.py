"""What the analyst's map can show: risk, stranding rate and every layer of the registry that has edges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.units import PER_100KM_MONTH
from maps.ramps import (
    CHANGE_EDGES,
    DIVERGING,
    SEQUENTIAL,
    relative_width,
    two_variable_class,
    two_variable_palette,
    value_class,
)
from risk.layer import layers

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shown:
    """One quantity of the map.

    Attributes
    ----------
    name : str
        English, a key of the catalogues, as are `unit` and `description`.
    column : str
        Of the table of segments.
    unit : str
        Of the values as they are shown; "" where they have none.
    description : str
    edges : tuple of float
        Between the classes, in the unit shown.
    scale : float
        From the table's unit to the one shown.
    low_is_bad : bool
    interval : tuple of str
        Columns of the 80 % interval; empty where there is none.
    """

    name: str
    column: str
    unit: str
    description: str
    edges: tuple[float, ...]
    scale: float = 1.0
    low_is_bad: bool = False
    interval: tuple[str, ...] = ()

    @property
    def palette(self) -> tuple[str, ...]:
        """Colours by class."""
        if self.name == CHANGE.name:
            return DIVERGING
        return two_variable_palette() if self.interval else SEQUENTIAL

    def values(self, table: pd.DataFrame) -> Array:
        """Return the values in the unit shown, NaN where nothing is known or the quantity has no meaning."""
        return np.asarray(table[self.column].to_numpy(float) * self.scale)

    def ends(self, table: pd.DataFrame) -> tuple[Array, Array]:
        """Return both ends of the interval in the unit shown."""
        low, high = (table[column].to_numpy(float) * self.scale for column in self.interval)
        return low, high

    def classes(self, table: pd.DataFrame) -> NDArray[np.int64]:
        """Return the place of each segment in the palette, -1 where nothing is known."""
        values = self.values(table)
        rank = value_class(values, self.edges, low_is_bad=self.low_is_bad)
        return two_variable_class(rank, relative_width(values, *self.ends(table))) if self.interval else rank


#: Edges of risk and rate: round steps of about three; half of the unpaved network lies below the second one in June.
RISK = Shown(
    "risk",
    "risk_per_km_day",
    "deaths per 100 km and month",
    "Expected deaths of stranded groups: stranding rate, people in a group, chance to die unaided.",
    (0.3, 1.0, 3.0),
    PER_100KM_MONTH,
    interval=("risk_low", "risk_high"),
)
RATE = Shown(
    "incidents",
    "incident_rate_per_km_day",
    "strandings per 100 km and month",
    "Strandings (at sea: boats in distress) as the reports so far make likely; no report is not no risk.",
    (0.03, 0.1, 0.3),
    PER_100KM_MONTH,
    interval=("incident_rate_low", "incident_rate_high"),
)
#: Deaths per 100 km and month below which, on both days, a change is not worth telling: a thousandth can grow a
#: hundredfold and mean nothing.
LEAST_CHANGED = 0.03
CHANGE = Shown(
    "change",
    "change",
    "times the other day",
    "Risk of the day over that of the other day; dashed where it is below 0.03 deaths per 100 km and month on both.",
    CHANGE_EDGES,
)


def shown_layers() -> tuple[Shown, ...]:
    """Return what the map can show of one day; `CHANGE` needs two."""
    own = [
        Shown(each.name, each.column, each.unit or "of those stranded", each.description, each.edges,
              low_is_bad=each.low_is_bad)
        for each in layers().values()
        if each.kind == "measure" and each.edges
    ]  # fmt: skip
    return (RISK, RATE, *own)


def shown_layer(name: str) -> Shown:
    """Return one by its name; KeyError if there is none."""
    return {each.name: each for each in (*shown_layers(), CHANGE)}[name]


def known_layers(table: pd.DataFrame) -> tuple[Shown, ...]:
    """Return those of which anything is known in a table; slopes only with a file of heights."""
    found = [each for each in shown_layers() if table[each.column].notna().any()]
    return (*found, CHANGE) if CHANGE.column in table else tuple(found)
