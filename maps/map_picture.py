"""The analyst's map as a picture: what is seen, with legend, day, sources and limits on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from numpy.typing import NDArray

from maps.analyst_layers import CHANGE, Shown
from maps.analyst_words import WIDTH_WORDS, edge_words, unit_words
from maps.figures import Form, drawing, written
from maps.ramps import LAND, SEA, UNKNOWN, WEIGHTS
from maps.sentences import name_column
from maps.static_files import verified
from maps.words import Language, phrase

Array = NDArray[np.float64]
#: Widest and highest the picture gets, inches; dots per inch.
_WIDE, _HIGH, _DPI = 11.0, 8.0, 120
_MOST_TOWNS, _APART = 24, 0.045


@dataclass(frozen=True, eq=False)
class Picture:
    """What is drawn.

    Attributes
    ----------
    lines : GeoSeries
        Lines of the segments, aligned with `table`.
    table : DataFrame
    shown : Shown
    places : DataFrame
    bbox : tuple of float
        Left, bottom, right, top, degrees.
    title, note : str
        In the language of the picture.
    """

    lines: gpd.GeoSeries
    table: pd.DataFrame
    shown: Shown
    places: pd.DataFrame
    bbox: tuple[float, float, float, float]
    title: str
    note: str


@lru_cache(maxsize=1)
def _land() -> list[Array]:
    return [np.asarray(ring, dtype=float) for ring in orjson.loads(verified("basemap.json"))]


def map_picture(picture: Picture, language: Language, form: Form = "png") -> bytes:
    """Draw the map; plate carrée, true to scale in the middle."""
    from matplotlib.collections import PolyCollection
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    left, bottom, right, top = picture.bbox
    stretch = 1 / float(np.cos(np.radians((bottom + top) / 2)))
    ratio = (top - bottom) * stretch / (right - left)
    width = min(_WIDE, _HIGH / ratio)
    with drawing():
        figure = Figure(
            figsize=(max(width, 6.0) + 2.6, max(width * ratio, 3.0) + 0.9),
            layout=ConstrainedLayoutEngine(rect=(0, 0.03, 1, 0.97)),
        )
        axis = figure.subplots()
        axis.set_facecolor(SEA)
        axis.add_collection(PolyCollection(_land(), facecolors=LAND, edgecolors="#8b8478", linewidths=0.5))
        _lines(axis, picture)
        _towns(axis, picture, language)
        axis.set(xlim=(left, right), ylim=(bottom, top), aspect=stretch)
        axis.xaxis.set_major_formatter(lambda value, _: _degree(value, "E", "W"))
        axis.yaxis.set_major_formatter(lambda value, _: _degree(value, "N", "S"))
        axis.tick_params(labelsize=7)
        axis.set_title(picture.title, fontsize=11)
        _legend(figure, picture.shown, language)
        figure.text(0.01, 0.005, picture.note, fontsize=6.5, color="#4a4a4a")
        return written(figure, form, _DPI)


def _lines(axis: Any, picture: Picture) -> None:
    from matplotlib.collections import LineCollection

    classes, palette = picture.shown.classes(picture.table), picture.shown.palette
    points, owner = shapely.get_coordinates(picture.lines.to_numpy(), return_index=True)
    lines = np.array(np.split(points, np.flatnonzero(np.diff(owner)) + 1), dtype=object)
    steps = len(palette) if picture.shown.name == CHANGE.name else len(WEIGHTS)
    # unknown lowest, the worst on top
    order = np.argsort(np.where(classes < 0, -1, classes % steps), kind="stable")
    known = order[classes[order] >= 0]
    weights = [1.8 if picture.shown.name == CHANGE.name else WEIGHTS[place % steps] * 0.7 for place in classes[known]]
    unknown = order[classes[order] < 0]
    axis.add_collection(LineCollection(lines[unknown].tolist(), colors=UNKNOWN, linewidths=0.8, linestyles="dashed"))
    colours = [palette[place] for place in classes[known]]
    axis.add_collection(LineCollection(lines[known].tolist(), colors=colours, linewidths=weights))


def _towns(axis: Any, picture: Picture, language: Language) -> None:
    """Name cities, then towns and ports, as long as their names do not meet."""
    left, bottom, right, top = picture.bbox
    places = picture.places
    inside = places[
        places["lon"].between(left, right) & places["lat"].between(bottom, top)
        & places["kind"].isin(("city", "town", "port", "oasis"))
    ]  # fmt: skip
    rank = inside["kind"].map({"city": 0, "town": 1, "port": 1}).fillna(2)
    taken: list[tuple[float, float]] = []
    for row in inside.loc[rank.sort_values(kind="stable").index].itertuples():
        x, y = (row.lon - left) / (right - left), (row.lat - bottom) / (top - bottom)
        if len(taken) >= _MOST_TOWNS or not 0.02 < x < 0.93 or not 0.03 < y < 0.96:
            continue
        if any(abs(x - other) < 3 * _APART and abs(y - above) < _APART for other, above in taken):
            continue
        taken.append((x, y))
        axis.plot(row.lon, row.lat, "o", color="#1a1a1a", markersize=2)
        name = getattr(row, name_column(language))
        _name(axis, row.lon, row.lat, _plain(str(name)))


def _name(axis: Any, lon: float, lat: float, name: str) -> None:
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=2, foreground="#ffffff")]
    axis.annotate(name, (lon, lat), xytext=(3, 2), textcoords="offset points", fontsize=7, path_effects=halo)


def _plain(text: str) -> str:
    """Keep a name from being read as mathematics."""
    return text.replace("$", r"\$")


def _legend(figure: Any, shown: Shown, language: Language) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    words, steps = edge_words(shown, language), len(shown.edges) + 1
    unit = unit_words(shown, language)
    handles: list[Any] = [Patch(alpha=0, label=f"{phrase(shown.name, language)}\n{_wrapped(unit)}")]
    for row in range(0, len(shown.palette), steps):
        if shown.interval:
            handles.append(Patch(alpha=0, label=_wrapped(phrase(WIDTH_WORDS[row // steps], language))))
        weights: Sequence[float] = (2.5,) * steps if shown.name == CHANGE.name else WEIGHTS
        handles += [
            Line2D([], [], color=colour, linewidth=weight, label=word)
            for colour, weight, word in zip(shown.palette[row : row + steps], weights, words, strict=True)
        ]
    handles.append(Line2D([], [], color=UNKNOWN, linewidth=1, linestyle="--", label=phrase("not known", language)))
    figure.legend(handles=handles, loc="outside right upper", fontsize=7.5, frameon=False)


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 26))


def _degree(value: float, positive: str, negative: str) -> str:
    return "0°" if value == 0 else f"{abs(value):g}°{positive if value > 0 else negative}"
