"""Filters in CQL2 text: read into the syntax tree of pygeofilter and held against the tables in memory."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from lark import Lark, v_args
from lark.exceptions import LarkError, VisitError
from numpy.typing import NDArray
from pygeofilter import ast
from pygeofilter.cql2 import SPATIAL_PREDICATES_MAP
from pygeofilter.parsers.cql2_text.parser import CQLTransformer

from api.crs import CRS84, to_crs84
from api.moments import Span, read_span
from api.prepared import Prepared
from api.table_filter import TableFilter
from data.errors import BadInput

#: Longer filters are refused; no question about five tables needs more.
MOST_CHARACTERS = 4000
_IN_TIME = {
    "t_after": ast.TimeAfter,
    "t_before": ast.TimeBefore,
    "t_disjoint": ast.TimeDisjoint,
    "t_during": ast.TimeDuring,
    "t_contains": ast.TimeContains,
    "t_equals": ast.TimeEquals,
    "t_intersects": ast.TimeOverlaps,
}


@v_args(inline=True)
class _Tree(CQLTransformer):  # type: ignore[misc]  # the library is not typed
    """Makes the library's nodes of what `cql2.lark` reads; moments become spans, shapes shapely geometries."""

    def attribute(self, name: str) -> ast.Attribute:
        return ast.Attribute(str(name).strip('"'))

    def TEXT(self, token: str) -> str:  # noqa: N802  # named as the grammar names it
        return token[1:-1].replace("''", "'")

    def number(self, token: str) -> float:
        return float(token)

    def minus(self, token: str) -> float:
        return -float(token)

    def neg(self, value: Any) -> Any:
        return -value if isinstance(value, float) else ast.Sub(0.0, value)

    def casei(self, _: str, value: Any) -> ast.Function:
        return ast.Function("casei", [value])

    def accenti(self, _: str, value: Any) -> ast.Function:
        return ast.Function("accenti", [value])

    def moment(self, _: str, text: str) -> Span:
        return read_span(text)

    def interval(self, _: str, start: str, end: str) -> Span:
        return read_span(f"{start}/{end}")

    def bbox(self, _: str, *edges: float) -> Any:
        if len(edges) not in (4, 6):
            raise BadInput("filter: BBOX has four edges, or six with heights")
        half = len(edges) // 2
        return shapely.box(edges[0], edges[1], edges[half], edges[half + 1])

    def wkt(self, text: str) -> Any:
        return shapely.from_wkt(str(text))

    def spatial(self, name: str, left: Any, right: Any) -> ast.Node:
        return SPATIAL_PREDICATES_MAP[name.lower()](left, right)

    def temporal(self, name: str, left: Any, right: Any) -> ast.Node:
        return _IN_TIME[name.lower()](left, right)


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark((Path(__file__).parent / "cql2.lark").read_text(encoding="utf-8"), parser="lalr", transformer=_Tree())


def _parse(text: str) -> Any:
    if len(text) > MOST_CHARACTERS:
        raise BadInput(f"filter has {len(text)} characters; at most {MOST_CHARACTERS} are read")
    try:
        return _parser().parse(text)
    except VisitError as error:
        cause = error.orig_exc
        raise (cause if isinstance(cause, BadInput) else BadInput(f"filter: {cause}")) from None
    except BadInput:
        raise
    except (LarkError, shapely.errors.ShapelyError, ValueError) as error:
        raise BadInput(f"filter is not CQL2 text: {str(error).splitlines()[0]}") from None


def rows_where(prepared: Prepared, text: str, crs: str = CRS84) -> NDArray[np.bool_]:
    """Say for each row whether a filter holds; where a value is missing, it does not.

    Parameters
    ----------
    prepared : Prepared
    text : str
        CQL2 text.
    crs : str
        Address of the system in which the filter tells its shapes.

    Raises
    ------
    BadInput
        If the filter cannot be read, asks for what the collection has not, or compares unlike things.
    """
    try:
        held = TableFilter(prepared, lambda shape: to_crs84(shape, crs)).evaluate(_parse(text))
    except RecursionError:
        raise BadInput("filter is nested too deeply") from None
    except NotImplementedError as error:
        raise BadInput(f"filter: {error}") from None
    return np.asarray(held.true, dtype=bool)
