from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csc_array
from tests_days import JUNE

from api.usecases.site import KINDS, propose_sites
from data.errors import BadInput, NoAnswer
from risk.assess import assess
from risk.stranding import TRAFFIC_PER_H, fate
from sar.fleet import VehicleType
from sar.site_benefit import (
    SitingParameters,
    Walks,
    base_benefit,
    car_hours,
    still_there_at,
    walk_benefit,
    walks_to,
)
from sar.siting import choose_sites, worth


def instance(seed: int, rows: int = 14, candidates: int = 9) -> np.ndarray:
    """Random gains of any scale, sparse, a third of them cover of 0 or 1."""
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, rows)), int(rng.integers(1, candidates)))
    gains = rng.random(shape) * (rng.random(shape) < 0.5) * 10.0 ** rng.integers(-9, 4)
    return (gains > 0).astype(float) if seed % 3 == 0 else gains


@pytest.mark.parametrize("seed", range(60))
def test_the_choice_is_the_best_of_all_sets(seed):
    gains, count = instance(seed), 1 + seed % 4
    found = choose_sites(csc_array(gains), count)
    best = max(
        gains[:, list(chosen)].max(axis=1).sum()
        for chosen in combinations(range(gains.shape[1]), min(count, gains.shape[1]))
    )
    assert found.total == pytest.approx(best, rel=1e-9) and found.proven
    assert found.gap < 1e-7 and found.bound >= found.total
    assert len(found.sites) == len(set(found.sites)) <= count


def test_greedy_alone_would_miss_the_best_pair():
    # the middle site is the best single one and in no best pair
    gains = np.array([[3, 0, 2.0], [3, 0, 2], [0, 3, 2], [0, 3, 2]])
    found = choose_sites(csc_array(gains), 2)
    assert set(found.sites) == {0, 1} and found.total == 12 and choose_sites(csc_array(gains), 1).sites == (2,)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_gains_add_up_and_never_rise(seed, count):
    gains = csc_array(instance(seed, 30, 15))
    found, more = choose_sites(gains, count), choose_sites(gains, count + 1)
    assert sum(found.gain) == pytest.approx(found.total) and worth(gains, found.sites) == found.total
    assert all(later <= earlier * (1 + 1e-9) for earlier, later in zip(found.gain, found.gain[1:], strict=False))
    assert all(lost <= gain * (1 + 1e-9) + 1e-15 for lost, gain in zip(found.loss, found.gain, strict=True))
    assert found.total <= more.total * (1 + 1e-9) <= found.possible * (1 + 1e-8)
    order = np.random.default_rng(seed).permutation(gains.shape[0])
    assert choose_sites(gains[order], count).total == pytest.approx(found.total)


def test_nothing_to_gain_and_bad_gains():
    nothing = choose_sites(csc_array((4, 3)), 2)
    assert nothing.sites == () and nothing.total == nothing.gap == 0 and nothing.proven
    for gains, count in ((np.ones((2, 2)), 0), (-np.ones((2, 2)), 1), (np.full((2, 2), np.nan), 1)):
        with pytest.raises(ValueError):
            choose_sites(csc_array(gains), count)


def test_a_time_limit_is_owned_up_to():
    rng = np.random.default_rng(1)
    found = choose_sites(csc_array(rng.random((300, 120)) * (rng.random((300, 120)) < 0.2)), 12, time_limit_s=0.01)
    assert not found.proven and found.bound > found.total > 0 and found.gap > 0


def test_a_base_adds_what_others_do_not_reach():
    curve = np.linspace(1, 0, 11)[None, :].repeat(3, axis=0)
    now_h, new_h = np.array([2.0, 8.0, np.inf]), np.array([[4.0, 4.5, 1.0]])
    added = base_benefit(np.array([10.0, 10, 10]), curve, now_h, new_h, alarm_h=1.0).toarray()[:, 0]
    assert added == pytest.approx([0, 3.5, 8])
    assert still_there_at(curve, np.array([[0.0, 10.0, 10.5]])) == pytest.approx(np.array([[1, 0, 0]]))


def test_cars_stay_in_their_country_and_within_their_fuel(context, pack):
    segments, vehicle = context.network.segments, VehicleType.from_row(pack.vehicles.loc["pickup_4x4"])
    closed = (context.blocked(JUNE) != "").to_numpy()
    hours = car_hours(segments, vehicle, closed, pack.places.loc[["agadez", "kufra"], "country"], 0.2)
    for row, country in enumerate(("NE", "LY")):
        reached = np.isfinite(hours[row])
        assert reached.any() and set(segments.loc[reached, "country"]) == {country} and not closed[reached].any()
        farthest_km = vehicle.usable_fuel_l(0.2) / min(vehicle.l_per_km.values()) / 2
        assert hours[row][reached].max() * min(vehicle.speed_kph.values()) <= farthest_km
    touching = (segments["from_node"] == "agadez").to_numpy() & (segments["country"] == "NE").to_numpy()
    half_km = segments["length"].to_numpy()[touching] / 2000
    speeds = segments["mode"][touching].map({"paved": 75, "track": 40, "desert": 30}).to_numpy(float)
    assert hours[0][touching] == pytest.approx(half_km / speeds)


@pytest.fixture(scope="module")
def desert(context):
    segments = context.network.segments
    chosen = segments[segments["leg_id"].isin(["arbre_du_tenere--achegour", "agadez--arbre_du_tenere"])]
    lon, lat = (chosen[axis].to_numpy(float) for axis in ("lon", "lat"))
    traffic = chosen["mode"].map(TRAFFIC_PER_H).to_numpy(float)
    return pd.DataFrame(chosen), traffic, assess(lon, lat, traffic, context.conditions(JUNE))


def test_nobody_is_sent_through_a_closed_area(desert):
    segments, _, found = desert
    sites, length_m = np.arange(len(segments)), segments["length"].to_numpy(float)
    free = walks_to(found.lon, found.lat, length_m, sites, 30.0, ())
    wall = shapely.box(found.lon[5] - 0.01, -4, found.lon[5] + 0.01, 40)
    cut = walks_to(found.lon, found.lat, length_m, sites, 30.0, [wall])
    east = found.lon > found.lon[5] + 0.01
    assert (east[free.row] != east[free.site]).any()
    assert (east[cut.row] == east[cut.site]).all() and 5 not in cut.row
    own = free.row == free.site
    assert free.distance_m[own] == pytest.approx(length_m / 4) and free.distance_m.max() <= 30_100


def test_water_is_worth_more_near_and_nothing_when_it_never_works(desert):
    _, traffic, found = desert
    count, sites = len(traffic), np.arange(len(traffic))

    def gains(distance_m: float, works: float, car_h: np.ndarray | None = None) -> np.ndarray:
        walks = Walks(sites, sites, np.full(count, distance_m))
        return walk_benefit(found, traffic, np.ones(count), walks, sites, works, car_h).diagonal()

    assert gains(3000.0, 0.0) == pytest.approx(0, abs=1e-12)
    near, far = gains(3000.0, 0.9), gains(30_000.0, 0.9)
    dry = found.water.nearest_m > 35_000
    assert dry.any() and (near[dry] > far[dry]).all() and (near <= found.fate.death + 1e-12).all()
    assert (gains(3000.0, 0.5)[dry] < near[dry]).all()
    soon, late = gains(3000.0, 0.9, np.full(count, 2.0)), gains(3000.0, 0.9, np.full(count, 20.0))
    assert (soon[dry] > late[dry]).all() and (gains(3000.0, 0.9, np.full(count, np.inf)) == 0).all()


def test_a_beacon_whose_car_is_there_at_once_is_a_water_point_with_quick_help(desert):
    _, traffic, found = desert
    stranding = found.conditions.stranding
    at_water = fate(found.clock, found.reach, traffic, stranding)
    called = np.full_like(found.reach.distance_km, np.nan)
    assert (fate(found.clock, found.reach, traffic, stranding, called).death == at_water.death).all()
    called[:, 0] = 0.0
    assert (fate(found.clock, found.reach, traffic, stranding, called).death <= at_water.death + 1e-15).all()


@pytest.mark.parametrize("kind", list(KINDS))
def test_sites_of_the_shipped_region(context, kind):
    document = propose_sites(context, JUNE, kind, 3, ["NE"])
    sites = document["sites"]
    assert len(sites) == 3 and document["proven_optimal"] and document["gap"] < 1e-7
    assert sum(site["gain_per_year"] for site in sites) == pytest.approx(document["gain_per_year"])
    assert 0 < document["gain_per_year"] <= document["possible_per_year"] <= document["stranded_per_year"]
    assert document["deaths_per_year"] < document["stranded_per_year"]
    closed, places = context.blocked(JUNE), context.pack.places
    for site in sites:
        assert site["country"] == "NE" and not {"lon", "lat"} & set(site)
        if kind == "base":
            assert "sar_base" not in places.at[site["place_id"], "roles"]
        else:
            assert closed[site["segment_id"]] == ""
            # help in the desert, not in town
            assert context.risk(JUNE).table.at[site["segment_id"], "distance_to_water_km"] > 15
    if kind != "base":
        assert document["gain_per_year"] < document["deaths_per_year"]


def test_certain_deafness_leaves_nothing_to_gain(context):
    with pytest.raises(NoAnswer, match="no new base"):
        propose_sites(context, JUNE, "base", 1, ["NE"], parameters=SitingParameters(heard_share=0.0))
    with pytest.raises(NoAnswer, match="no open place"):
        propose_sites(context, JUNE, "beacon", 1, ["GR"])


def test_every_fault_of_a_request_is_told(context):
    with pytest.raises(BadInput) as error:
        propose_sites(context, JUNE, "tower", 1000, ["ZZ", "ne", "XY"])
    assert len(error.value.faults) == 4
