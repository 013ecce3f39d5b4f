"""What is published of incidents gives nothing else away: attacks on it, each with all the attacker can know."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from api.access import cells
from api.access.cells import DELAY, LEAST, LEVELS, Node, children_of, parent, public_cells, published
from api.context import RegionContext

TODAY = date(2026, 11, 22)
#: Smallest cells of two neighbouring cells of level 3, and of four years: dense enough for all levels to be decided.
LEAVES = st.builds(
    lambda column, row, month: (0, column, row, 12 * 9 + month),
    st.integers(12, 19), st.integers(32, 35), st.integers(0, 47),
)  # fmt: skip
COUNTS = st.dictionaries(LEAVES, st.sampled_from([1, 1, 1, 2, 3, 4, 5, 6, 9]), max_size=60)


def ancestors(leaf: Node) -> list[Node]:
    found = [leaf]
    while found[-1][0] < len(LEVELS) - 1:
        found.append(parent(found[-1]))
    return found


def leaves_of(node: Node) -> list[Node]:
    side, months = LEVELS[node[0]]
    ranges = (range(each * size, (each + 1) * size) for each, size in zip(node[1:], (side, side, months), strict=True))
    return [(0, *each) for each in product(*ranges)]


def hidden_ranges(shown: dict[Node, int], asked: list[Node]) -> dict[Node, tuple[float, float]]:
    """Return the least and most that hidden cells can hold, by linear programs over everything published."""
    top = {ancestors(node if node[0] == 0 else leaves_of(node)[0])[-1] for node in asked}
    variables = [leaf for each in sorted(top) for leaf in leaves_of(each) if leaf not in shown]
    at = {leaf: row for row, leaf in enumerate(variables)}
    rows, sums = [], []
    for node, count in shown.items():
        if node[0] and ancestors(leaves_of(node)[0])[-1] in top:
            inside = leaves_of(node)
            rows.append([at[leaf] for leaf in inside if leaf in at])
            sums.append(count - sum(shown.get(leaf, 0) for leaf in inside))
    from scipy.sparse import csr_array

    data = csr_array(
        (
            np.ones(sum(map(len, rows))),
            (np.repeat(range(len(rows)), list(map(len, rows))), np.concatenate([*rows, []])),
        ),
        shape=(len(rows), len(variables)),
    )
    found = {}
    for node in asked:
        goal = np.zeros(len(variables))
        goal[[at[leaf] for leaf in (leaves_of(node) if node[0] else [node]) if leaf in at]] = 1
        ends = [
            sign * linprog(sign * goal, A_eq=data, b_eq=sums, bounds=(0, LEAST - 1)).fun if rows
            else (0.0 if sign > 0 else float(goal.sum() * (LEAST - 1)))
            for sign in (1, -1)
        ]  # fmt: skip
        found[node] = (ends[0], ends[1])
    return found


def test_the_levels_nest() -> None:
    for (side, months), (outer, longer) in zip(LEVELS, LEVELS[1:], strict=False):
        assert outer % side == 0 and longer % months == 0
    assert [children_of(level) for level in range(1, 5)] == [12, 16, 5, 16]


@settings(max_examples=15, deadline=None)
@given(COUNTS, st.data())
def test_linear_programs_over_all_that_is_published_leave_every_hidden_count_four_wide(
    counts: dict[Node, int], data: st.DataObject
) -> None:
    shown = published(counts, TODAY)
    near = [node for leaf in counts for node in ancestors(leaf)[:4] if node not in shown]
    empty = [leaf for node in shown if node[0] in (1, 2) for leaf in leaves_of(node)[:3] if leaf not in shown]
    if not near + empty:
        return
    asked = data.draw(st.lists(st.sampled_from(sorted({*near, *empty})), min_size=1, max_size=5, unique=True))
    for node, (low, high) in hidden_ranges(shown, asked).items():
        assert high - low >= LEAST - 1 - 1e-6, (node, low, high)


def test_the_same_on_the_shipped_incidents(context: RegionContext) -> None:
    incidents = context.pack.incidents
    counts = Counter(cells._leaf(*row) for row in cells._placed(incidents))
    shown = published(counts, TODAY)
    assert shown and all(count >= LEAST for count in shown.values())
    hidden = sorted({node for leaf in counts for node in ancestors(leaf)[:4] if node not in shown})
    rng = np.random.default_rng(1)
    for node in (hidden[row] for row in rng.choice(len(hidden), 12, replace=False)):
        ((low, high),) = hidden_ranges(shown, [node]).values()
        assert high - low >= LEAST - 1 - 1e-6


@settings(max_examples=60, deadline=None)
@given(COUNTS, st.data())
def test_one_who_knows_the_rule_cannot_exclude_any_small_count(counts: dict[Node, int], data: st.DataObject) -> None:
    """For every hidden cell and every count below five there is a world that publishes the very same."""
    shown = published(counts, TODAY)
    hidden = [leaf for leaf in counts if leaf not in shown]
    if not hidden:
        return
    leaf = data.draw(st.sampled_from(sorted(hidden)))
    for wanted in range(LEAST):
        other = _world(counts, shown, leaf, wanted)
        assert other.get(leaf, 0) == wanted and published(other, TODAY) == shown


def _world(counts: dict[Node, int], shown: dict[Node, int], leaf: Node, wanted: int) -> dict[Node, int]:
    """Return other counts with the same published sums, in which one hidden leaf holds what is wanted."""
    world = {each: count for each, count in counts.items() if each in shown}
    home = next((node for node in ancestors(leaf)[1:] if node in shown), None)
    groups: dict[Node, int] = {}
    for node in (each for each in shown if each[0]):
        inside = [each for each in shown if each != node and each[0] < node[0] and node in _above(each)]
        top = [each for each in inside if not any(other != each and other in _above(each) for other in inside)]
        groups[node] = shown[node] - sum(shown[each] for each in top)
    if home is None:
        world[leaf] = wanted
    for node, rest in groups.items():
        _fill(world, shown, node, rest, leaf if node == home else None, wanted)
    return {each: count for each, count in world.items() if count}


def _above(node: Node) -> list[Node]:
    found = [node]
    while found[-1][0] < len(LEVELS) - 1:
        found.append(parent(found[-1]))
    return found[1:]


def _fill(
    world: dict[Node, int], shown: dict[Node, int], node: Node, rest: int, leaf: Node | None, wanted: int
) -> None:
    """Put the rest of a published cell into leaves, at most four in each of its children, one leaf of each."""
    kept = set()
    if leaf is not None:
        world[leaf] = wanted
        rest -= wanted
        kept = {each for each in [leaf, *_above(leaf)] if each[0] == node[0] - 1}
    for each in leaves_of(node):
        path = [each, *_above(each)]
        child = next(one for one in path if one[0] == node[0] - 1)
        if rest and child not in kept and not any(one in shown for one in path if one[0] < node[0]):
            world[each] = min(rest, LEAST - 1)
            rest -= world[each]
            kept.add(child)
    assert rest == 0


DAYS = st.dates(date(2015, 1, 1), date(2026, 12, 31))
ROWS = st.lists(st.tuples(DAYS, st.floats(6, 8), st.floats(16, 18)), max_size=120)


def frame(rows: list[tuple[date, float, float]], precision: str = "day") -> pd.DataFrame:
    columns = {"date": [row[0].isoformat() for row in rows], "date_precision": precision}
    return pd.DataFrame(columns | {"lon": [row[1] for row in rows], "lat": [row[2] for row in rows]})


@settings(max_examples=40, deadline=None)
@given(ROWS, ROWS, DAYS)
def test_what_is_not_yet_to_be_known_changes_nothing(
    rows: list[tuple[date, float, float]], later: list[tuple[date, float, float]], today: date
) -> None:
    delayed = [row for row in later if row[0] > today - DELAY]
    assert public_cells(frame(rows), today) == public_cells(frame(rows + delayed), today)


@settings(max_examples=40, deadline=None)
@given(ROWS, DAYS, st.integers(0, 900))
def test_a_later_edition_only_adds(rows: list[tuple[date, float, float]], today: date, days: int) -> None:
    later = min(today + timedelta(days=days), date(2030, 1, 1))
    assert set(public_cells(frame(rows), today)) <= set(public_cells(frame(rows), later))


@settings(max_examples=40, deadline=None)
@given(ROWS, DAYS)
def test_every_count_is_large_and_of_a_window_that_is_over(rows: list[tuple[date, float, float]], today: date) -> None:
    for cell in public_cells(frame(rows), today):
        assert cell.incidents >= LEAST and today - cell.ends >= DELAY
        inside = [
            row for row in rows
            if cell.west <= row[1] < cell.west + cell.side_deg and cell.south <= row[2] < cell.south + cell.side_deg
            and cell.begins <= row[0] <= cell.ends
        ]  # fmt: skip
        assert len(inside) == cell.incidents


def test_one_hidden_child_is_never_told_by_its_siblings() -> None:
    # eleven months of six and one of two: the year would tell the two
    year = {(0, 14, 34, 108 + month): 6 for month in range(11)} | {(0, 14, 34, 119): 2}
    assert all(node[0] == 0 for node in published(year, TODAY))
    # two hidden months that together are too full: each would be known to hold three or four
    full = {(0, 14, 34, 108 + month): 6 for month in range(10)} | {(0, 14, 34, 118): 4, (0, 14, 34, 119): 4}
    assert all(node[0] == 0 for node in published(full, TODAY))


@pytest.mark.parametrize("precision", ["year"])
def test_incidents_without_a_month_are_in_none(precision: str) -> None:
    assert public_cells(frame([(date(2017, 7, 1), 7.1, 17.1)] * 50, precision), TODAY) == ()
