"""What the commands of the store share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from api.context import RegionContext
    from api.store.store import Store

store_option = click.option(
    "--store",
    "url",
    default="sqlite:///guelta.db",
    show_default=True,
    envvar="GUELTA_STORE",
    metavar="URL",
    help="sqlite:///FILE, or postgresql://USER@HOST/NAME with PostGIS.",
)
by_option = click.option(
    "--by", default="coordinator", show_default=True, metavar="ROLE", help="Who does it: a role or sign, never a name."
)


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[Store]:
    """Open a store for one command; one that is not there is made only by commands that fill it."""
    from api.store.store import open_store

    store = open_store(url, create=create)
    try:
        yield store
    finally:
        store.close()


def reported(url: str) -> RegionContext:
    """Open the region with what was reported into a store, if there is one at that URL; none is made.

    From a pack the region is the pack's alone.
    """
    from api.prepared_region import open_prepared
    from api.region_choice import uses_pack
    from api.store.engine import read_url
    from api.usecases.field_reports import FieldRegion

    if uses_pack():
        return open_prepared()
    place = read_url(url)
    if place.drivername == "sqlite" and not Path(place.database or "").exists():
        return open_prepared()
    with opened(url) as store:
        return FieldRegion(open_prepared()).of(store)
