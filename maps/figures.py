"""Figures drawn by matplotlib: one at a time, in the fonts that ship with the project."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal

_FONTS = Path(__file__).parent / "assets" / "fonts"
#: Fonts are chosen by parameters of the whole process.
_DRAWING = Lock()
Form = Literal["svg", "png"]


@contextmanager
def drawing(font_size: float = 9) -> Iterator[None]:
    """Draw within this: fonts set, and nobody else draws."""
    from matplotlib import rc_context

    fonts: Any = {"font.family": _fonts(), "svg.fonttype": "path", "svg.hashsalt": "guelta", "font.size": font_size}
    with _DRAWING, rc_context(fonts):
        yield


def written(figure: Any, form: Form, dpi: float = 150) -> bytes:
    """Return a figure as a file without a date in it."""
    held = io.BytesIO()
    figure.savefig(held, format=form, dpi=dpi, metadata={"Date": None} if form == "svg" else None)
    return held.getvalue()


@lru_cache(maxsize=1)
def _fonts() -> list[str]:
    """Make the fonts that ship with the project known, whatever the machine has."""
    from matplotlib.font_manager import FontProperties, fontManager

    names = []
    for path in sorted(_FONTS.glob("*Regular.ttf"), reverse=True):
        fontManager.addfont(str(path))
        names.append(FontProperties(fname=str(path)).get_name())
    return sorted(names, key=len)
