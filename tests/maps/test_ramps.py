"""Colours of the analyst's map by computation: contrast, order in grey, what the colour-blind see."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from maps.analyst_layers import shown_layers
from maps.ramps import (
    BIVARIATE,
    DIVERGING,
    LAND,
    SEA,
    SEQUENTIAL,
    UNKNOWN,
    WEIGHTS,
    relative_width,
    two_variable_class,
    two_variable_palette,
    value_class,
)

Array = NDArray[np.float64]
#: Machado, Oliveira and Fernandes 2009, IEEE TVCG 15(6), table 1, severity 1.0; on linear sRGB.
SEEN_BY = {
    "all": np.eye(3),
    "protanopes": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopes": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopes": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> Array:
    srgb = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: Array) -> Array:
    xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]) @ np.clip(rgb, 0, 1)
    part = xyz / [0.9505, 1.0, 1.089]
    root = np.where(part > 216 / 24389, np.cbrt(part), (24389 / 27 * part + 16) / 116)
    return np.array([116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])])


def apart(one: str, other: str, seen_by: str) -> float:
    matrix = SEEN_BY[seen_by]
    return float(np.linalg.norm(lab(matrix @ linear(one)) - lab(matrix @ linear(other))))


def test_the_measures_know_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert lab(linear("#ff0000")) == pytest.approx([53.24, 80.09, 67.20], abs=0.1)  # Lindbloom's calculator
    # red and green of one lightness are one colour to the red-green blind
    assert apart("#b04200", "#4d6b00", "deuteranopes") < apart("#b04200", "#4d6b00", "all") / 2


@pytest.mark.parametrize("ground", [LAND, SEA])
def test_every_line_stands_out_from_the_ground(ground: str) -> None:
    for colour in (*two_variable_palette(), *DIVERGING, UNKNOWN):
        assert contrast(colour, ground) >= 3.0, colour


def test_higher_risk_is_darker_in_every_hue_and_as_dark_in_each() -> None:
    lightness = np.array([[lab(linear(colour))[0] for colour in row] for row in BIVARIATE])
    assert (np.diff(lightness, axis=1) < -10).all()
    assert np.ptp(lightness, axis=0).max() < 2.0
    assert BIVARIATE[0] == SEQUENTIAL and len(WEIGHTS) == len(SEQUENTIAL) and sorted(WEIGHTS) == list(WEIGHTS)


@pytest.mark.parametrize("seen_by", list(SEEN_BY))
def test_every_two_classes_can_be_told_apart(seen_by: str) -> None:
    for one, other in combinations(two_variable_palette(), 2):
        assert apart(one, other, seen_by) > 12.0, (one, other)
    for one, other in combinations(DIVERGING, 2):
        assert apart(one, other, seen_by) > 9.0, (one, other)


def test_classes_by_hand() -> None:
    values = np.array([0.0, 0.3, 0.99, 3.0, np.nan])
    assert value_class(values, (0.3, 1.0, 3.0)).tolist() == [0, 1, 1, 3, -1]
    assert value_class(np.array([10.0, 60.0, 200.0]), (48, 72, 96), low_is_bad=True).tolist() == [3, 2, 0]
    width = relative_width(np.array([1.0, 1.0, 1.0, 0.0]), np.zeros(4), np.array([1.0, 2.5, 2.95, 0.0]))
    assert two_variable_class(np.array([3, 3, 3, -1]), width).tolist() == [3, 7, 11, -1]


def test_every_shown_layer_has_the_classes_of_the_ramp() -> None:
    names = [each.name for each in shown_layers()]
    assert names[:2] == ["risk", "incidents"] and {"water", "heat", "survival", "remoteness"} <= set(names)
    for each in shown_layers():
        assert len(each.edges) == 3 and list(each.edges) == sorted(each.edges)
        assert len(each.palette) == (12 if each.interval else 4)
