"""A corridor's profile as a chart: risk with its interval above, distance to water below, along the same kilometres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.units import PER_100KM_MONTH
from maps.figures import Form, drawing, written
from maps.words import Language, phrase

Array = NDArray[np.float64]
_RISK, _BAND, _WATER, _EXPECTED = "#b04200", "#ea5b00", "#1163c6", "#002553"


def profile_chart(
    table: pd.DataFrame,
    stops: Sequence[tuple[float, str]],
    title: str,
    language: Language,
    form: Form = "svg",
) -> bytes:
    """Draw a profile; Arabic reads from the right.

    Parameters
    ----------
    table : DataFrame
        Segments in order, with `at_from_km`, `at_to_km`, the risk with its interval and the distances to water.
    stops : sequence of (float, str)
        Kilometre and name of places on the way.
    title : str
        In the language.
    language : Language
    form : str
    """
    from matplotlib.figure import Figure

    km = np.append(table["at_from_km"].to_numpy(float), float(table["at_to_km"].iloc[-1]))
    with drawing():
        figure = Figure(figsize=(9.5, 5.2), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True)
        _risk(above, table, km, language)
        _water(below, table, km, language)
        _stops(above, stops, float(km[-1]))
        below.set_xlabel(phrase("km from the start", language))
        below.set_xlim(0, km[-1])
        if language == "ar":
            below.invert_xaxis()
            for axis in (above, below):
                axis.yaxis.tick_right()
                axis.yaxis.set_label_position("right")
        figure.suptitle(title, fontsize=11)
        return written(figure, form)


def _risk(axis: Any, table: pd.DataFrame, km: Array, language: Language) -> None:
    low, mean, high = (
        np.maximum(table[column].to_numpy(float) * PER_100KM_MONTH, _LEAST)
        for column in ("risk_low", "risk_per_km_day", "risk_high")
    )
    axis.stairs(high, km, baseline=low, fill=True, color=_BAND, alpha=0.25, label=phrase("80 % interval", language))
    axis.stairs(mean, km, baseline=None, color=_RISK, linewidth=1.8, label=phrase("risk", language))
    axis.set_yscale("log")
    axis.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.minorticks_off()
    axis.set_ylim(_LEAST, max(10.0, float(np.nanmax(high)) * 1.5))
    axis.set_ylabel(phrase("deaths per 100 km and month", language))
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8, loc="lower left")


#: What is below is drawn here: a thousandth of a death per 100 km and month is next to nothing.
_LEAST = 0.001


def _water(axis: Any, table: pd.DataFrame, km: Array, language: Language) -> None:
    for column, colour, dash, label in (
        ("distance_to_water_km", _WATER, "-", "nearest known water"),
        ("expected_water_km", _EXPECTED, "--", "water that gives, wells that may be dry counted"),
    ):
        values = table[column].to_numpy(float)
        axis.stairs(
            values, km, baseline=None, color=colour, linestyle=dash, linewidth=1.6, label=phrase(label, language)
        )
    axis.set_ylabel(phrase("km to water", language))
    axis.set_ylim(bottom=0)
    axis.grid(alpha=0.3)
    axis.legend(fontsize=8, loc="upper left")


def _stops(axis: Any, stops: Sequence[tuple[float, str]], length_km: float) -> None:
    """Name the places on the way that do not crowd one another."""
    last = -length_km
    for at_km, name in stops:
        axis.axvline(at_km, color="#767676", linewidth=0.6)
        if at_km - last >= length_km / 28:
            axis.annotate(name, (at_km, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                          textcoords="offset points", rotation=40, fontsize=7.5, ha="left", va="bottom")  # fmt: skip
            last = at_km
