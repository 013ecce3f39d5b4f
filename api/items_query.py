"""What is asked of a collection's items: read from the address with every fault, and answered with rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from urllib.parse import quote_plus

import numpy as np
from fastapi import Request
from numpy.typing import NDArray

from api.crs import CRS84, read_bbox, read_crs
from api.moments import Span, read_span
from api.negotiation import FEATURES, HTML, Format, wanted
from api.prepared import Box, Prepared
from api.usecases.inputs import Faults
from data.errors import BadInput

DEFAULT_LIMIT, MOST_ITEMS = 100, 10_000
#: Parameters of every collection's items; the queryables come to these.
KNOWN = ("bbox", "bbox-crs", "crs", "datetime", "limit", "offset", "f", "hxl", "filter", "filter-lang", "filter-crs")
_LANGUAGES = ("cql2-text",)


@dataclass(frozen=True)
class ItemsQuery:
    """What is asked of a collection's items.

    Attributes
    ----------
    given : dict
        The parameters as they came.
    format : Format
    boxes : tuple of Box
        In longitude and latitude; none for everywhere.
    span : Span or None
    wanted : dict
        Property to its value.
    filter : str
        CQL2 text; "" for none.
    filter_crs, crs : str
    limit, offset : int
    hxl : bool
    """

    given: dict[str, str]
    format: Format
    boxes: tuple[Box, ...]
    span: Span | None
    wanted: dict[str, str | float]
    filter: str
    filter_crs: str
    crs: str
    limit: int
    offset: int
    hxl: bool

    @property
    def is_plain(self) -> bool:
        """Whether prepared features can be sent as they are, after at most a look into the tree."""
        return self.format is FEATURES[0] and self.crs == CRS84 and not self.filter and not self.wanted

    def address(self, base: str, **changed: str | int) -> str:
        """Return the address of this query with some parameters changed; all others are kept."""
        pairs = self._encoded | {name: _encoded(name, str(value)) for name, value in changed.items()}
        return f"{base}?{'&'.join(pairs.values())}" if pairs else base

    @cached_property
    def _encoded(self) -> dict[str, str]:
        return {name: _encoded(name, text) for name, text in self.given.items()}


@lru_cache(maxsize=1024)
def _encoded(name: str, text: str) -> str:
    return f"{quote_plus(name)}={quote_plus(text)}"


def read_query(request: Request, prepared: Prepared) -> ItemsQuery:
    """Read the parameters of an address.

    Raises
    ------
    BadInput
        With every fault: unknown parameters, those given twice, values that are none.
    """
    given = dict(request.query_params)
    if given.get("f") == HTML.name:
        # a form sends its empty fields too
        given = {name: text for name, text in given.items() if text}
    faults = Faults()
    if len(request.query_params.multi_items()) > len(request.query_params):
        faults.lines.append("a parameter is given twice")
    for name in given:
        if name not in KNOWN and name not in prepared.types:
            faults.lines.append(f"parameter '{name}' is not known; {prepared.collection.name} has no such property")
    if given.get("filter-lang", _LANGUAGES[0]) not in _LANGUAGES:
        faults.lines.append(f"filter-lang '{given['filter-lang']}' is not {_LANGUAGES[0]}")
    form = faults.read(lambda: wanted(request, FEATURES))
    crs, box_crs, filter_crs = (
        faults.read(partial(read_crs, given.get(name, CRS84), name)) for name in ("crs", "bbox-crs", "filter-crs")
    )
    boxes = faults.read(lambda: read_bbox(given["bbox"], box_crs or CRS84)) if "bbox" in given else ()
    span = faults.read(lambda: read_span(given["datetime"])) if "datetime" in given else None
    properties = {
        name: faults.read(partial(_value, name, text, prepared.types[name]))
        for name, text in given.items()
        if name in prepared.types
    }
    limit = faults.read(lambda: _count(given.get("limit", ""), "limit", 1, _default_limit(form)))
    offset = faults.read(lambda: _count(given.get("offset", ""), "offset", 0, 0))
    hxl = faults.read(lambda: _yes(given.get("hxl", "false")))
    faults.settle()
    assert form and crs and filter_crs and limit is not None and offset is not None and boxes is not None
    return ItemsQuery(
        given,
        form,
        boxes,
        span,
        {name: value for name, value in properties.items() if value is not None},
        given.get("filter", ""),
        filter_crs,
        crs,
        min(limit, MOST_ITEMS),
        offset,
        bool(hxl),
    )


def rows_of(prepared: Prepared, query: ItemsQuery) -> NDArray[np.intp]:
    """Return the rows that answer a query, in the collection's order."""
    rows = prepared.rows(query.boxes)
    if query.span is not None and prepared.spans is not None:
        # features without time match any time, as the standard wants it
        starts, ends = prepared.spans
        rows = rows[(starts[rows] <= query.span[1]) & (ends[rows] >= query.span[0])]
    for name, value in query.wanted.items():
        records = prepared.records
        rows = rows[np.array([records[row][name] == value for row in rows], dtype=bool)]
    if query.filter:
        from api.cql2 import rows_where  # only filters need their parser

        rows = rows[rows_where(prepared, query.filter, query.filter_crs)[rows]]
    return rows


def _default_limit(form: Format | None) -> int:
    # a file is asked for whole; a page is read a piece at a time
    return DEFAULT_LIMIT if form is None or form.name in ("json", "html") else MOST_ITEMS


def _count(text: str, name: str, least: int, default: int) -> int:
    if not text:
        return default
    # int() would also take "1_000", " 7" and digits of other scripts
    if not (text.isascii() and text.isdigit() and len(text) <= 12) or int(text) < least:
        raise BadInput(f"{name} '{text}' is not a whole number of at least {least}")
    return int(text)


def _yes(text: str) -> bool:
    if text not in ("true", "false"):
        raise BadInput(f"hxl '{text}' is neither true nor false")
    return text == "true"


def _value(name: str, text: str, kind: str) -> str | float:
    if kind != "number":
        return text
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadInput(f"{name} '{text}' is not a number")
    return number
