"""The HTTP application."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from fastapi import FastAPI

from api import routers
from api.access.setup import Access
from api.context import RegionContext
from api.prepared_region import open_prepared
from api.problems import install
from api.quick import QuickAnswers
from api.router import NamedRouter
from api.store.store import Store
from data.registry import collect


def create_app(
    context: RegionContext | None = None,
    cases: Path = Path("cases"),
    access: Access | None = None,
    store: Store | None = None,
) -> FastAPI:
    """Build the application around a region (the shipped one by default) and a folder of case logs.

    The routers are the files of `api.routers`; who may ask them what is `api.access.rules`. Without `access` the
    application shows what is public, and no key opens more; without `store` what has to be kept is answered with 503.

    Raises
    ------
    ValueError
        If a route stands in no rule of `access`.
    """
    context = context or open_prepared()
    app = FastAPI(title="Guelta", version=metadata.version("guelta"), docs_url=None, redoc_url=None, openapi_url=None)
    app.state.context = context
    app.state.cases = cases
    app.state.store = store
    install(app, context.version)
    found: dict[str, NamedRouter] = collect(routers, "ROUTER")
    for router in found.values():
        app.include_router(router.routes)
    quick = {template: answer for router in found.values() for template, answer in router.quick.items()}
    (access or Access.closed()).install(app, context.version, QuickAnswers(app, quick))
    return app
