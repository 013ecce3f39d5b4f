import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from risk.coverage import covered_rows, search_order
from risk.hindcast import WITHIN_M


def test_neighbours_of_what_was_searched_wait():
    """Three bad segments side by side and a fair one apart: the second to look at is the one apart."""
    covered = csr_array(np.array([[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1.0]]))
    rank = search_order(np.array([9.0, 10.0, 9.0, 5.0]), np.full(4, 1000.0), covered)
    assert np.argsort(-rank)[:2].tolist() == [1, 3]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.integers(0, 10_000))
def test_lazy_greedy_is_greedy(count, seed):
    rng = np.random.default_rng(seed)
    score, length = rng.random(count), rng.uniform(1, 3, count)
    near = (rng.random((count, count)) < 0.3) | np.eye(count, dtype=bool)
    rank = search_order(score, length, csr_array(near.astype(float)))
    left, open_rows = score * length, list(range(count))
    for row in np.argsort(-rank):
        gains = {each: left[near[each]].sum() / length[each] for each in open_rows}
        assert gains[row] >= max(gains.values()) - 1e-12
        left[near[row]] = 0
        open_rows.remove(row)


def test_a_segment_covers_itself_and_what_is_within_ten_kilometres(context):
    segments = pd.DataFrame(context.network.segments.iloc[:300].drop(columns="geometry"))
    covered = covered_rows(segments, WITHIN_M)
    assert (covered.diagonal() == 1).all() and covered.max() == 1
    assert covered[0].sum() >= 2 and covered[0].sum() < 20


def test_the_search_order_spreads(context, capsys):
    import json

    from api.cli.main import exit_code

    tops = {}
    for order in ("worst", "search"):
        assert exit_code(["risk", "--date", "2026-06-15", "--top", "10", "--order", order, "--json"]) == 0
        tops[order] = [each["segment_id"] for each in json.loads(capsys.readouterr().out)["segments"]]
    legs = {order: len({name.rsplit(":", 1)[0] for name in names}) for order, names in tops.items()}
    assert legs["search"] > legs["worst"]
