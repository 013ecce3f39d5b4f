"""What the commands of the store share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
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
