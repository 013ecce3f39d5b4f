import numpy as np
import pandas as pd
import pytest
from tests_days import JUNE

from api.usecases.risk import overlay_columns, risk_table
from data.errors import BadInput
from maps.explain import explain_segment
from risk.overlay import criterion_scores, overlay, rank_stability, read_weights


def small() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "expected_water_km": [1.0, 50, 50, 200],
            "heat": [1.0, 2, 3, 4],
            "survival_h": [200.0, 100, 80, 40],
            "incident_rate_per_km_day": [4.0, 3, 2, 1],
            "death_probability": [0.1, 0.2, 0.3, 0.4],
        },
        index=list("abcd"),
    )


def test_scores_by_hand():
    scores = criterion_scores(small(), np.array([10.0, 20, 30, 40]))
    assert scores["water"].tolist() == [0, 0.1, 0.1, 0.6]
    assert scores["survival"].tolist() == [0, 0.1, 0.3, 0.6]
    assert scores["incidents"].tolist() == [0.9, 0.7, 0.4, 0]
    assert overlay(scores, {"water": 1, "heat": 1})["d"] == pytest.approx(60)


def test_scores_do_not_depend_on_row_order():
    lengths = np.array([10.0, 20, 30, 40])
    backwards = criterion_scores(small().iloc[::-1], lengths[::-1])
    assert criterion_scores(small(), lengths).equals(backwards.loc[list("abcd")])


def test_a_segment_worst_in_everything_is_always_on_top():
    scores = pd.DataFrame({"water": [0.9, 0.5, 0.1], "heat": [0.8, 0.1, 0.5]}, index=list("abc"))
    found = rank_stability(scores, ["water", "heat"], 1, np.random.default_rng(0))
    assert found.tolist() == [1.0, 0.0, 0.0]
    two = rank_stability(scores, ["water", "heat"], 2, np.random.default_rng(0))
    assert two.sum() == pytest.approx(2) and 0 < two["b"] < 1


@pytest.mark.parametrize(
    "text, faults", [("water=x", 1), ("rain=1,heat=-2", 2), ("water=0", 1), ("", 1), ("water=nan", 1)]
)
def test_bad_weights_are_lines(text, faults):
    with pytest.raises(BadInput) as caught:
        read_weights(text)
    assert len(caught.value.faults) == faults


def test_the_region_s_overlay_is_bounded(context):
    found = overlay_columns(context, JUNE, read_weights("water=2,heat=1"), 20)
    assert found["overlay"].between(0, 100).all() and found["top_share"].sum() == pytest.approx(20)


@pytest.mark.parametrize(
    "language, word", [("en", "times the network's typical risk"), ("fr", "fois le risque typique"), ("ar", "مرات")]
)
def test_words_say_the_ratio_and_the_causes(context, language, word):
    worst = risk_table(context, JUNE).iloc[0]
    said = explain_segment(worst, context.pack.places, language)
    assert word in said and said.count("%") == 3
    typical = risk_table(context, JUNE)
    typical = typical[typical["mode"] != "sea"]
    assert "lower" in explain_segment(typical.iloc[-1], context.pack.places, "en")
    middle = typical.iloc[typical["log_ratio"].abs().argmin()]
    assert "typical risk." in explain_segment(middle, context.pack.places, "en")
