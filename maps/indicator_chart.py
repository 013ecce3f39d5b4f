"""Indicators as a chart: people reached, dead, response times, kilometres and hand-overs."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd

from maps.figures import Form, drawing, written
from maps.indicator_words import LABELS, of_name, part_names, unit_name, whole_span
from maps.words import Language, phrase

#: Colours are safe for the colour-blind, and differ in grey.
_PANELS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    ("people", (("people_reached_patrol", "#0072b2"), ("people_reached_alert", "#e69f00"))),
    ("people", (("dead_found", "#333333"),)),
    ("hours", (("response_found_h", "#cc79a7"),)),
    ("km", (("patrol_km", "#009e73"),)),
)
_HANDED = ("hand_overs", "groups_handed_over")


def indicators_chart(document: dict[str, Any], places: pd.DataFrame, language: Language, form: Form = "svg") -> bytes:
    """Draw the indicators of a document; Arabic reads from the right.

    Parameters
    ----------
    document : dict
        From `api.usecases.indicators.document` or `api.usecases.public_indicators.public_document`.
    places : DataFrame
        Indexed by place_id.
    language : Language
    form : str
        "svg" or "png".
    """
    from matplotlib.figure import Figure

    panels = _bars(document, places, language)
    heights = [0.9 + 0.3 * len(bars) for _, _, bars in panels] or [1.0]
    with drawing():
        figure = Figure(figsize=(8.5, sum(heights) + 0.5), layout="constrained")
        axes = figure.subplots(len(heights), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        for axis, (title, colours, bars) in zip(axes, panels, strict=False):
            _draw(axis, title, colours, bars, is_from_right=language == "ar")
        if not panels:
            axes[0].set_axis_off()
            axes[0].text(0.5, 0.5, phrase("There is nothing to show.", language), ha="center", va="center")
        figure.suptitle(phrase("Rescue indicators {span}", language, span=whole_span(document["indicators"], language)))
        return written(figure, form)


#: Name of each bar and its pieces: legend, value, quartiles.
_Bars = list[tuple[str, list[tuple[str, float, float | None, float | None]]]]


def _bars(
    document: dict[str, Any], places: pd.DataFrame, language: Language
) -> list[tuple[str, dict[str, str], _Bars]]:
    """Return title, colour of each legend and bars of every panel of which there is something to show."""
    rows, panels = document["indicators"], list[tuple[str, dict[str, str], _Bars]]()
    every = list(dict.fromkeys((row["begins"], row["ends"], row["corridor"]) for row in rows))
    names = dict(zip(every, part_names(every, language), strict=True))
    for unit, shown in _PANELS:
        legends = {phrase(LABELS[name], language): colour for name, colour in shown}
        parts: dict[tuple[str, str, str], dict[str, Any]] = defaultdict(dict)
        for row in rows:
            if row["indicator"] in dict(shown) and row["value"] is not None:
                key = (row["begins"], row["ends"], row["corridor"])
                legend = phrase(LABELS[row["indicator"]], language)
                before = parts[key].get(legend, (0.0, None, None))[0]
                parts[key][legend] = (before + row["value"], row.get("low"), row.get("high"))
        bars = [
            (names[key], [(legend, *held[legend]) for legend in legends if legend in held])
            for key, held in parts.items()
        ]
        if any(piece[1] for _, pieces in bars for piece in pieces):
            title = (
                unit_name(unit, language) if len(shown) > 1 else f"{next(iter(legends))} ({unit_name(unit, language)})"
            )
            panels.append((title, legends, bars))
    if handed := _handed(rows, places, language):
        panels.append(handed)
    return panels


def _handed(
    rows: list[dict[str, Any]], places: pd.DataFrame, language: Language
) -> tuple[str, dict[str, str], _Bars] | None:
    sums: dict[str, float] = defaultdict(float)
    names = {row["indicator"] for row in rows if row["indicator"] in _HANDED}
    for row in rows:
        if row["indicator"] in _HANDED and row["of"]:
            sums[of_name(row["of"], places, language)] += row["value"]
    if not sums:
        return None
    title = phrase(LABELS[min(names)], language)
    ordered = sorted(sums.items(), key=lambda each: (-each[1], each[0]))
    return title, {title: "#56b4e9"}, [(place, [(title, value, None, None)]) for place, value in ordered]


def _draw(axis: Any, title: str, colours: dict[str, str], bars: _Bars, *, is_from_right: bool) -> None:
    """Draw one panel: a line for each bar, its pieces one after the other, quartiles as whiskers."""
    seen = set()
    for row, (_, pieces) in enumerate(bars):
        begun = 0.0
        for legend, value, low, high in pieces:
            spread = None if low is None or high is None else [[max(value - low, 0)], [max(high - value, 0)]]
            axis.barh(
                row, value, left=begun, color=colours[legend], xerr=spread, capsize=3, height=0.7,
                label=None if legend in seen else legend,
            )  # fmt: skip
            seen.add(legend)
            begun += value
    axis.set_yticks(range(len(bars)), [name for name, _ in bars])
    axis.set_ylim(len(bars) - 0.4, -0.6)
    axis.set_title(title, fontsize=10, loc="right" if is_from_right else "left")
    axis.locator_params(axis="x", integer=True)
    axis.grid(axis="x", alpha=0.3)
    axis.set_axisbelow(True)
    axis.set_xlim(left=0)
    if is_from_right:
        axis.invert_xaxis()
        axis.yaxis.tick_right()
    if len(colours) > 1:
        axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.12 * 4 / max(len(bars), 1) - 0.1), ncols=3)
