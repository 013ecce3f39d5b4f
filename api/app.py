"""The HTTP application."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from fastapi import FastAPI

from api import routers
from api.access.setup import Access
from api.context import RegionContext, open_region
from api.job_files import folder_beside
from api.problems import install
from api.router import NamedRouter
from api.store.store import Store
from api.usecases.field_reports import FieldRegion
from data.registry import collect
from maps.public_view import Hotline
from maps.static_files import static_files


def create_app(
    context: RegionContext | None = None,
    access: Access | None = None,
    store: Store | None = None,
    results: Path | None = None,
    hotlines: tuple[Hotline, ...] = (),
) -> FastAPI:
    """Build the application around a region (the shipped one by default) and a store.

    The routers are the files of `api.routers`; who may ask them what is `api.access.rules`. Without `access` the
    application shows what is public, and no key opens more; without `store` what has to be kept is answered with 503.
    `results` is the folder of files that jobs make, else beside the store; `hotlines` are shown on the public page.

    Raises
    ------
    ValueError
        If a route stands in no rule of `access`, or an asset is not the one its manifest names.
    """
    context = context or open_region()
    app = FastAPI(title="Guelta", version=metadata.version("guelta"), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.context = context
    app.state.store = store
    app.state.field = FieldRegion(context)
    app.state.results = results or (folder_beside(store.database.url) if store else None)
    app.state.hotlines = hotlines
    static_files()
    install(app, context.pack.version)
    found: dict[str, NamedRouter] = collect(routers, "ROUTER")
    for router in found.values():
        app.include_router(router.routes)
    (access or Access.closed()).install(app, context.pack.version)
    return app
