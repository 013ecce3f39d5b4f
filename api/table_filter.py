"""Evaluation of a filter's syntax tree on a collection, with unknown as third truth value where values are missing."""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pygeofilter import ast
from pygeofilter.backends.evaluator import Evaluator, handle

from api.moments import read_span
from api.prepared import Prepared
from data.errors import BadInput

Flags = NDArray[np.bool_]
_COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    ast.Equal: operator.eq,
    ast.NotEqual: operator.ne,
    ast.LessThan: operator.lt,
    ast.LessEqual: operator.le,
    ast.GreaterThan: operator.gt,
    ast.GreaterEqual: operator.ge,
}
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mul: operator.mul,
    ast.Div: operator.truediv,
}
_SPATIAL: dict[type, Callable[[Any, Any], Any]] = {
    ast.GeometryIntersects: shapely.intersects,
    ast.GeometryDisjoint: shapely.disjoint,
    ast.GeometryContains: shapely.contains,
    ast.GeometryWithin: shapely.within,
    ast.GeometryTouches: shapely.touches,
    ast.GeometryCrosses: shapely.crosses,
    ast.GeometryOverlaps: shapely.overlaps,
    ast.GeometryEquals: shapely.equals,
}
#: On the first and last moments a, b of the left side and c, d of the right one.
_TEMPORAL: dict[type, Callable[[Any, Any, Any, Any], Any]] = {
    ast.TimeAfter: lambda a, b, c, d: a > d,
    ast.TimeBefore: lambda a, b, c, d: b < c,
    ast.TimeDisjoint: lambda a, b, c, d: (a > d) | (b < c),
    ast.TimeDuring: lambda a, b, c, d: (a > c) & (b < d),
    ast.TimeContains: lambda a, b, c, d: (a < c) & (b > d),
    ast.TimeEquals: lambda a, b, c, d: (a == c) & (b == d),
    ast.TimeOverlaps: lambda a, b, c, d: (a <= d) & (b >= c),
}


@dataclass(frozen=True)
class Truth:
    """Rows for which something is true, and those for which it is false; the others are unknown."""

    true: Flags
    false: Flags


@dataclass(frozen=True)
class Values:
    """Values of all rows.

    Attributes
    ----------
    kind : str
        number, text, shape or time.
    items : array, or pair of arrays of first and last moments for time
    known : array of bool
    """

    kind: str
    items: Any
    known: Flags


class TableFilter(Evaluator):  # type: ignore[misc]  # the library is not typed
    """Evaluates a syntax tree on one collection.

    Parameters
    ----------
    prepared : Prepared
    place : callable
        Turns a shape of the filter into one in longitude and latitude.
    """

    def __init__(self, prepared: Prepared, place: Callable[[Any], Any]) -> None:
        self.prepared = prepared
        self.place = place
        self.rows = len(prepared.ids)

    def _all(self, kind: str, items: Any) -> Values:
        return Values(kind, items, np.ones(self.rows, dtype=bool))

    @handle(ast.Attribute)
    def attribute(self, node: ast.Attribute) -> Values:
        prepared = self.prepared
        if node.name == "geometry":
            return self._all("shape", prepared.geometries)
        if node.name not in prepared.types:
            raise BadInput(f"filter: '{node.name}' is not a queryable of {prepared.collection.name}")
        if node.name == prepared.collection.day_column and prepared.spans is not None:
            return self._all("time", prepared.spans)
        column = [record[node.name] for record in prepared.records]
        known = np.array([value is not None for value in column])
        if prepared.types[node.name] == "number":
            return Values("number", np.array([np.nan if value is None else value for value in column], float), known)
        return Values("text", np.array(["" if value is None else str(value) for value in column], object), known)

    @handle(float, int)
    def number(self, node: float) -> Values:
        return self._all("number", np.full(self.rows, float(node)))

    @handle(str)
    def text(self, node: str) -> Values:
        return self._all("text", np.full(self.rows, node, dtype=object))

    @handle(tuple)
    def time(self, node: tuple[Any, Any]) -> Values:
        return self._all("time", (np.full(self.rows, node[0]), np.full(self.rows, node[1])))

    @handle(*(getattr(shapely, name) for name in ("Point", "LineString", "Polygon")))
    def shape(self, node: Any) -> Values:
        return self._all("shape", self.place(node))

    @handle(*(getattr(shapely, name) for name in ("MultiPoint", "MultiLineString", "MultiPolygon")))
    def shapes(self, node: Any) -> Values:
        return self._all("shape", self.place(node))

    @handle(ast.Function)
    def function(self, node: ast.Function, value: Values) -> Values:
        _require(value, "text", f"{node.name.upper()}()")
        fold = str.casefold if node.name == "casei" else _without_accents
        return Values("text", np.array([fold(item) for item in value.items], dtype=object), value.known)

    @handle(*_ARITHMETIC)
    def arithmetic(self, node: ast.Arithmetic, left: Values, right: Values) -> Values:
        _require(left, "number", "arithmetic")
        _require(right, "number", "arithmetic")
        with np.errstate(all="ignore"):
            items = _ARITHMETIC[type(node)](left.items, right.items)
        return Values("number", items, left.known & right.known & np.isfinite(items))

    @handle(ast.And)
    def both(self, _: ast.And, left: Truth, right: Truth) -> Truth:
        return Truth(left.true & right.true, left.false | right.false)

    @handle(ast.Or)
    def either(self, _: ast.Or, left: Truth, right: Truth) -> Truth:
        return Truth(left.true | right.true, left.false & right.false)

    @handle(ast.Not)
    def negation(self, _: ast.Not, value: Truth) -> Truth:
        return Truth(value.false, value.true)

    @handle(*_COMPARE)
    def comparison(self, node: ast.Comparison, left: Values, right: Values) -> Truth:
        return _compared(_COMPARE[type(node)], left, right)

    @handle(ast.Between)
    def between(self, node: ast.Between, value: Values, low: Values, high: Values) -> Truth:
        above, below = _compared(operator.ge, value, low), _compared(operator.le, value, high)
        found = Truth(above.true & below.true, above.false | below.false)
        return Truth(found.false, found.true) if node.not_ else found

    @handle(ast.In)
    def within(self, node: ast.In, value: Values, *options: Values) -> Truth:
        found = _compared(operator.eq, value, options[0])
        for option in options[1:]:
            other = _compared(operator.eq, value, option)
            found = Truth(found.true | other.true, found.false & other.false)
        return Truth(found.false, found.true) if node.not_ else found

    @handle(ast.Like)
    def like(self, node: ast.Like, value: Values, *_: Values) -> Truth:
        _require(value, "text", "LIKE")
        pattern = node.pattern
        if isinstance(pattern, ast.Function) and isinstance(pattern.arguments[0], str):
            pattern = (str.casefold if pattern.name == "casei" else _without_accents)(pattern.arguments[0])
        if not isinstance(pattern, str):
            raise BadInput("filter: LIKE needs a text as pattern")
        fits = re.compile(_pattern(pattern), re.DOTALL)
        hits = np.array([fits.fullmatch(item) is not None for item in value.items])
        return _truth(~hits if node.not_ else hits, value.known)

    @handle(ast.IsNull)
    def is_null(self, node: ast.IsNull, value: Values) -> Truth:
        return Truth(value.known, ~value.known) if node.not_ else Truth(~value.known, value.known)

    @handle(*_SPATIAL)
    def spatial(self, node: ast.SpatialComparisonPredicate, left: Values, right: Values) -> Truth:
        _require(left, "shape", "a spatial relation")
        _require(right, "shape", "a spatial relation")
        hits = _SPATIAL[type(node)](left.items, right.items)
        return _truth(np.broadcast_to(hits, self.rows), left.known & right.known)

    @handle(*_TEMPORAL)
    def temporal(self, node: ast.TemporalPredicate, left: Values, right: Values) -> Truth:
        _require(left, "time", "a relation in time")
        _require(right, "time", "a relation in time")
        return _truth(_TEMPORAL[type(node)](*left.items, *right.items), left.known & right.known)


def _truth(hits: Flags, known: Flags) -> Truth:
    return Truth(hits & known, ~hits & known)


def _require(value: Any, kind: str, what: str) -> None:
    if not isinstance(value, Values) or value.kind != kind:
        raise BadInput(f"filter: {what} needs {kind}")


def _compared(compare: Callable[[Any, Any], Any], left: Values, right: Values) -> Truth:
    """Compare value by value; days compare by their first moment, and with texts that tell a day."""
    left, right = _timed(left, right), _timed(right, left)
    if left.kind != right.kind or left.kind == "shape":
        raise BadInput(f"filter: {left.kind} is compared with {right.kind}")
    first, second = (left.items[0], right.items[0]) if left.kind == "time" else (left.items, right.items)
    return _truth(np.asarray(compare(first, second), dtype=bool), left.known & right.known)


def _timed(value: Values, other: Values) -> Values:
    if value.kind != "text" or other.kind != "time":
        return value
    start, end = read_span(str(value.items[0]))
    if not (value.items == value.items[0]).all():
        raise BadInput("filter: text is compared with time")
    return Values("time", (np.full(len(value.items), start), np.full(len(value.items), end)), value.known)


def _without_accents(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))


def _pattern(text: str) -> str:
    r"""Turn a pattern of LIKE into a regular expression: % any text, _ one character, \ takes their meaning away."""
    pieces = [""]
    for part in re.findall(r"\\.|%+|_|[^\\%_]+|\\", text, re.DOTALL):
        if part[0] == "%":
            pieces.append("")
        elif part == "_":
            pieces[-1] += "."
        else:
            pieces[-1] += re.escape(part[1:] if part[0] == "\\" and len(part) > 1 else part)
    if len(pieces) == 1:
        return pieces[0]
    # each piece is taken where it first fits and never tried again: as right, and linear in time
    return pieces[0] + "".join(f"(?>.*?{piece})" for piece in pieces[1:-1]) + ".*" + pieces[-1]
