"""What an exporter is; the exporters themselves are the files of `maps.exporters`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.registry import Registry, collect
from maps.plan_view import PlanView


@dataclass(frozen=True)
class Exporter:
    """One format for the field.

    Attributes
    ----------
    name : str
    media_type : str
    render : callable
        From a plan's view to file name and content; one entry a file.
    """

    name: str
    media_type: str
    render: Callable[[PlanView], dict[str, bytes]]


@lru_cache(maxsize=1)
def exporters() -> Registry[Exporter]:
    """Return every exporter found in `maps.exporters`."""
    import maps.exporters

    return Registry(collect(maps.exporters, "EXPORTER"))


def write_all(view: PlanView, folder: Path, progress: Callable[[float], None] = lambda share: None) -> list[Path]:
    """Write a plan in every format; return the paths in order of the formats' names."""
    folder.mkdir(parents=True, exist_ok=True)
    _clear_old_orders(folder)
    written = []
    for number, exporter in enumerate(exporters().values()):
        progress(number / len(exporters()))
        for name, content in exporter.render(view).items():
            path = folder / name
            path.write_bytes(content)
            written.append(path)
    return written


def _clear_old_orders(folder: Path) -> None:
    """Remove orders of an earlier plan: a car must not find yesterday's track beside today's map."""
    for pattern, mark in (("*.gpx", b'creator="Guelta"'), ("*.*.pdf", b"Guelta"), ("*.cot.xml", b"guelta-")):
        for path in folder.glob(pattern):
            if mark in path.read_bytes():
                path.unlink()
