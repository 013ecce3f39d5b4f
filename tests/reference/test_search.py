"""Search theory at its published points: detection, sweep widths, optimal effort, Bayes."""

import csv
import json

import numpy as np
import pytest

from benchmarks.allocation import read_cases, solve_case
from sar.effort import CircularPlan, allocate_several, posterior
from sar.sweep import AIR_WIDTH_NM, RD_FACTOR, TERRAIN_FACTOR, VISIBILITY_KM, cumulative_pod, pod, width_from_rd

#: SORAL (C. R. Twardy and others, github ctwardy/soral), SORAL/C++/TestBed.cpp cases 3, 6, 7 and 8 (8: A. Washburn):
#: p, w, T, t as printed there.
SORAL = {
    3: ([2, 4, 2], [[9], [3], [6]], [0.2], [[0.07322410073711], [0.08451726617526], [0.04225863308763]]),
    6: ([0, 7, 0, 5], [[8], [0], [0], [0]], [0.5], [[0], [0], [0], [0]]),
    7: ([0.5, 0.5], [[0.1, 0.05], [0.02, 0.005]], [16.1, 13.9], [[10.30365, 13.9], [5.79635, 0]]),
    8: (
        [1000, 1000, 2000, 2000],
        [[1, 3, 0], [2, 2, 1], [3, 2, 0], [4, 1, 1]],
        [3, 2, 1],
        [[0, 1.22976, 0], [0.37167, 0.77024, 1], [1.46081, 0, 0], [1.16753, 0, 0]],
    ),
}


@pytest.mark.parametrize("case", SORAL)
def test_soral_s_allocations(case):
    p, w, hours, published = (np.array(each, dtype=float) for each in SORAL[case])
    found = allocate_several(p, w, hours)
    assert found.effort_h == pytest.approx(published, abs=2e-5)
    assert found.pos + found.gap >= (p * -np.expm1(-(w * found.effort_h).sum(axis=1))).sum() - 1e-9
    assert found.gap <= 1e-8 * p.sum()


def test_charnes_and_cooper_s_case():
    """SORAL case CC1: areas are left out, and the worth of one more hour is the same in those searched."""
    found = allocate_several(np.array([8.0, 4, 1, 2]), np.array([[1.0], [4], [12], [8]]), np.array([0.05]))
    assert found.effort_h[:, 0] == pytest.approx([0, 1 / 30, 0, 1 / 60], abs=1e-9)
    assert found.pos == pytest.approx(0.7489600857423305, abs=1e-9)


def test_all_published_allocations(shared):
    for case in read_cases(shared / "reference/search/effort_allocation_cases.json"):
        record = solve_case(case)
        assert record["POS"] == pytest.approx(case["POS"], abs=1e-6) and record["t_largest_difference"] < 2e-6


def test_random_search_and_passes():
    """Koopman 1946: POD = 1 - exp(-coverage)."""
    assert pod(np.array([0, 0.25, 0.5, 1, 3])) == pytest.approx(
        [0, 0.22119921692859512, 0.3934693402873666, 0.6321205588285577, 0.950212931632136], abs=1e-12
    )
    assert cumulative_pod(np.array([0.3, 0.6, 0.2])) == pytest.approx(0.776)


def test_range_of_detection():
    """Koester et al. 2014, Wilderness and Environmental Medicine 25:132."""
    assert [width_from_rd(50, each) for each in ("high", "medium", "low")] == pytest.approx([90, 80, 55])


def test_circular_normal_plan():
    """Stone, Theory of Optimal Search (1975), ch. 2: a, R and P for sigma 1."""
    for swept, a, radius, p in (
        (0.7853981633974483, 0.5, 1.0, 0.09020401043104986),
        (12.566370614359172, 2, 2.0, 0.5939941502901619),
        (50.26548245743669, 4, 2.8284271247461903, 0.9084218055563291),
    ):
        plan = CircularPlan.of(1.0, swept)
        assert (plan.a, plan.radius_km, plan.pos) == pytest.approx((a, radius, p), abs=1e-9)
    assert plan.mean_hours(2.0) == pytest.approx(3 * np.pi)


def test_after_a_search_that_found_nothing():
    """Worked example with a rest of the world of 0.1 (`search_theory_cases.json`)."""
    cells, outside = posterior(np.full(3, 0.3), np.full(3, 0.7))
    assert cells == pytest.approx([0.24324324324324323] * 3) and outside == pytest.approx(0.2702702702702703)


def test_search_theory_as_shared(shared):
    cases = json.loads((shared / "reference/search/search_theory_cases.json").read_text())
    for case in cases["koopman_pod"]["cases"]:
        assert float(pod(case["C"])) == pytest.approx(case["POD"], abs=1e-6)
    for case in cases["circular_normal_uniformly_optimal"]["cases"]:
        plan = CircularPlan.of(case["sigma"], case["Wvt"])
        assert (plan.a, plan.radius_km, plan.pos) == pytest.approx((case["a"], case["R"], case["P"]), abs=1e-6)
    for case in cases["bayes_update"]["cases"]:
        cells, outside = posterior(np.array(case["p"]), np.array(case["POD"]))
        assert cells == pytest.approx(case["post"], abs=1e-6)
        assert outside == pytest.approx(case.get("ROW_post", 0), abs=1e-6)
        assert np.dot(case["p"], case["POD"]) == pytest.approx(case["POS"], abs=1e-6)
    for case in cases["cumulative_POD"]:
        assert cumulative_pod(np.array(case["POD"])) == pytest.approx(case["cum"], abs=1e-6)
    example = cases["AMDR_to_ESW"]["example"]
    assert [example["Rd"] * factor for factor in RD_FACTOR.values()] == pytest.approx(
        [example["high"], example["avg"], example["low"]]
    )


def test_land_sweep_widths_as_shared(shared):
    """Australian National Search and Rescue Manual 2023."""
    folder = shared / "reference/search"
    with (folder / "natsar_land_sweep.csv").open() as file:
        rows = list(csv.DictReader(file))
    for kind, (heights, widths) in AIR_WIDTH_NM.items():
        of_kind = [row for row in rows if row["object"] == kind]
        assert [float(row["height_ft"]) for row in of_kind] == heights.tolist()
        assert [[float(row[f"vis{v:g}km_nm"]) for v in VISIBILITY_KM] for row in of_kind] == widths.tolist()
    with (folder / "natsar_land_vegetation_correction.csv").open() as file:
        factors = {row.pop("object"): tuple(float(cell) for cell in row.values()) for row in csv.DictReader(file)}
    assert all(factors[kind] == row for kind, row in TERRAIN_FACTOR.items())
