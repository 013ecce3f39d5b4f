"""Chance to die by the hour of the stranding, on one segment."""

from __future__ import annotations

from collections.abc import Sequence

from maps.figures import Form, drawing, written
from maps.words import Language, phrase

_BAR, _CHOSEN = "#5186ee", "#b04200"


def hour_chart(deaths: Sequence[float], hour: int, language: Language, form: Form = "svg") -> bytes:
    """Draw the chance to die unaided for strandings at each hour of a day; the hour chosen stands out.

    Parameters
    ----------
    deaths : sequence of float
        24 probabilities, by local solar hour.
    hour : int
    language : Language
    form : str
    """
    from matplotlib.figure import Figure

    with drawing():
        figure = Figure(figsize=(7.5, 2.2), layout="constrained")
        axis = figure.subplots()
        bars = axis.bar(range(len(deaths)), [100 * each for each in deaths], color=_BAR, width=0.8)
        bars[hour].set_color(_CHOSEN)
        bars[hour].set_hatch("//")
        bars[hour].set_edgecolor("#ffffff")
        axis.set_xticks(range(0, 24, 3), [f"{each}:00" for each in range(0, 24, 3)])
        axis.set_xlim(-0.7, 23.7)
        axis.set_ylim(0, max(1.0, 110 * max(deaths)))
        axis.set_ylabel("%")
        axis.set_title(phrase("Chance to die unaided, by hour of the stranding", language), fontsize=9)
        axis.grid(axis="y", alpha=0.3)
        axis.set_axisbelow(True)
        return written(figure, form)
