"""What a weather source is; the sources are the files of `data.sources` that define WEATHER_SOURCE."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from data.errors import BadInput
from data.registry import Registry, collect
from data.weather_field import WeatherField


@dataclass(frozen=True)
class WeatherSource:
    """How to read one family of weather files.

    Attributes
    ----------
    name, title : str
    recognises : callable
        Whether a file, told by its first bytes, is one of the family.
    read : callable
        From a path to its field; raises BadInput where the file lacks what is needed.
    """

    name: str
    title: str
    recognises: Callable[[bytes], bool]
    read: Callable[[Path], WeatherField]


@lru_cache(maxsize=1)
def weather_sources() -> Registry[WeatherSource]:
    """Return the weather sources by name."""
    from data import sources

    return Registry(collect(sources, "WEATHER_SOURCE", every=False))


@lru_cache(maxsize=2)
def read_weather(path: Path) -> WeatherField:
    """Read a weather file of any family known.

    Raises
    ------
    BadInput
        If the file is of no known family or lacks temperature, positions or times.
    """
    if not path.is_file():
        raise BadInput(f"weather file {path} is not there")
    with path.open("rb") as file:
        head = file.read(4096)
    for source in weather_sources().values():
        if source.recognises(head):
            try:
                return source.read(path)
            except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
                raise BadInput(f"{path.name} cannot be understood as {source.title}: {error}".splitlines()[0]) from None
    known = ", ".join(source.title for source in weather_sources().values())
    raise BadInput(f"{path.name} is not a weather file that is known ({known})")
