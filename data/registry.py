"""A small frozen registry: one thing, one file, found by name.

A package that collects things (layers, exporters, routers, sources) builds one registry from its own
modules; each module exposes a constant with the agreed name. Choices in the command line, the API's enums
and the documentation come from the registry, so adding a file adds the choice everywhere.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Registry(Generic[Thing]):
    """Frozen mapping from name to thing, in the order of the names.

    Parameters
    ----------
    things : mapping of str to Thing
        Already free of duplicates; `collect` builds it.
    """

    def __init__(self, things: Mapping[str, Thing]) -> None:
        self._things = MappingProxyType(dict(sorted(things.items())))

    def __getitem__(self, name: str) -> Thing:
        return self._things[name]

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def values(self) -> tuple[Thing, ...]:
        """Return the things in the order of their names."""
        return tuple(self._things.values())


def collect(package: ModuleType, constant: str, *, every: bool = True) -> dict[str, Thing]:
    """Import every module of `package` and gather its `constant`, keyed by the thing's `name`.

    Parameters
    ----------
    every : bool
        Whether each module has to define the constant; a package of several kinds of thing says False.

    Raises
    ------
    ValueError
        If two modules claim one name, or a module lacks the constant where every one has to define it.
    """
    found: dict[str, Thing] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        thing = getattr(module, constant, None)
        if thing is None and every:
            raise ValueError(f"{module.__name__} does not define {constant}")
        if thing is None:
            continue
        if thing.name in found:
            raise ValueError(f"two modules of {package.__name__} are named '{thing.name}'")
        found[thing.name] = thing
    return found
