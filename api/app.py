"""The HTTP application."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI

from api import routers
from api.access.setup import Access
from api.context import RegionContext
from api.job_files import folder_beside
from api.prepared_region import open_prepared
from api.problems import install
from api.quick import QuickAnswers
from api.router import NamedRouter
from api.store.store import Store
from api.usecases.field_reports import FieldRegion
from data.registry import collect
from maps.static_files import static_files

if TYPE_CHECKING:
    from maps.public_view import Hotline


def create_app(
    context: RegionContext | None = None,
    access: Access | None = None,
    store: Store | None = None,
    results: Path | None = None,
    hotlines: tuple[Hotline, ...] = (),
    heights: Path | None = None,
) -> FastAPI:
    """Build the application around a region (the shipped one by default) and a store.

    The routers are the files of `api.routers`; who may ask them what is `api.access.rules`. Without `access` the
    application shows what is public, and no key opens more; without `store` what has to be kept is answered with 503.
    `results` is the folder of files that jobs make, else beside the store; `hotlines` are shown on the public page;
    `heights` is an elevation raster whose relief lies below the maps.

    Raises
    ------
    ValueError
        If a route stands in no rule of `access`, or an asset is not the one its manifest names.
    """
    context = context or open_prepared()
    app = FastAPI(title="Guelta", version=metadata.version("guelta"), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.context = context
    app.state.store = store
    app.state.field = FieldRegion(context)
    app.state.results = results or (folder_beside(store.database.url) if store else None)
    app.state.hotlines = hotlines
    app.state.heights = heights
    app.state.definitions = {}
    static_files()
    install(app, context.version)
    found: dict[str, NamedRouter] = collect(routers, "ROUTER")
    # the routers have no prefix: their routes serve as they are, without being read once more for each application
    app.router.routes += [route for router in found.values() for route in router.routes.routes]
    quick = {template: answer for router in found.values() for template, answer in router.quick.items()}
    (access or Access.closed()).install(app, context.version, QuickAnswers(app, quick))
    return app
