from dataclasses import replace

import numpy as np
import pytest
from tests_days import JANUARY, JUNE

from api.usecases.risk import risk_record, risk_table
from data.errors import BadInput, NoAnswer
from data.grid import GridFrame
from risk.combine import CAUSES
from risk.layer import layers
from risk.surface import SurfaceModel, near_network, surface_block, surfaces


def test_shares_sum_to_one_and_parts_to_the_log_ratio(context):
    table = context.risk(JUNE).table.dropna(subset=["share_water"])
    assert len(table) > 7000
    assert np.allclose(sum(table[f"share_{cause}"] for cause in CAUSES), 1, atol=1e-9)


def test_risk_is_rate_times_group_times_lethality(context):
    table = context.risk(JUNE).table.dropna(subset=["risk_per_km_day"])
    assert len(table) > 9000
    group = table["group_size"]
    assert np.allclose(table["risk_per_km_day"], table["incident_rate_per_km_day"] * group * table["death_probability"])
    assert (table["risk_low"] <= table["risk_per_km_day"]).all() and (
        table["risk_per_km_day"] <= table["risk_high"]
    ).all()
    assert table["death_probability"].between(0, 1).all()


def test_january_is_safer_than_june_on_every_saharan_leg(context):
    segments = context.network.segments
    land = segments["mode"] != "sea"
    june, january = (
        (context.risk(day).table["risk_per_km_day"] * segments["length"]).groupby(segments["leg_id"]).sum()
        for day in (JUNE, JANUARY)
    )
    north = segments[land].groupby("leg_id")["lat"].min() > 16
    legs = north.index[north]
    assert len(legs) > 100 and (january[legs] < june[legs]).all()


def test_sea_legs_are_assessed_in_the_same_unit_and_get_no_patrol(context):
    sea = context.network.segments["mode"] == "sea"
    table = context.risk(JUNE).table[sea]
    assert (table["risk_per_km_day"] > 0).all() and table["distance_to_water_km"].isna().all()
    assert (table["risk_low"] < table["risk_per_km_day"]).all()
    assert (table["risk_per_km_day"] < table["risk_high"]).all()
    assert table[["share_cold", "share_port", "share_incidents"]].sum(axis=1).to_numpy() == pytest.approx(1)
    assert not context.risk(JUNE).still_there[sea].any()


def test_records_have_what_the_door_promises(context):
    record = risk_record(risk_table(context, JUNE).iloc[0])
    wanted = {
        "segment_id",
        "leg_id",
        "km_from",
        "km_to",
        "lon",
        "lat",
        "distance_to_water_km",
        "heat",
        "survival_h",
        "incident_rate_per_km_day",
        "risk_per_km_day",
        "interval",
        "shares",
    }
    assert wanted <= set(record) and sum(record["shares"].values()) == pytest.approx(1, abs=1e-9)


def test_tables_are_sorted_and_filtered(context):
    table = risk_table(context, JUNE, corridor="mali-algeria")
    assert set(table["corridor"]) == {"mali-algeria"} and table["risk_per_km_day"].is_monotonic_decreasing
    with pytest.raises(BadInput) as caught:
        risk_table(context, JUNE, corridor="atlantis", leg_id="a--b")
    assert len(caught.value.faults) == 2
    assert risk_table(context, JUNE, leg_id="zuwara--lampedusa")["rescue_h"].gt(0).all()
    context = replace(context, pack=replace(context.pack, sea_corridors=context.pack.sea_corridors.iloc[:0]), _risk={})
    with pytest.raises(NoAnswer):
        risk_table(context, JUNE, leg_id="zuwara--lampedusa")


def test_layers_come_from_their_files(context):
    assert {"water", "heat", "survival"} <= set(layers())
    for layer in layers().values():
        assert layer.column in context.risk(JUNE).table


def test_the_day_is_computed_once(context):
    assert context.risk(JUNE) is context.risk(JUNE)


def test_surfaces_hold_near_the_network_only(context):
    frame = GridFrame.over((6.0, 16.0, 14.0, 21.0), 0.25)
    model = SurfaceModel.of(frame, context.network.segments, context.stranding_rate(JUNE), context.conditions(JUNE))
    values = surface_block(model, frame.whole)
    names = [band.name for band in surfaces()]
    assert {"water", "heat", "survival", "incidents", "risk", "risk_interval_width"} <= set(names)
    assert values.shape == (len(names), 20, 32)
    risk = values[names.index("risk")]
    assert np.isnan(risk).any() and (risk[np.isfinite(risk)] > 0).all()


def test_blocks_of_any_size_hold_what_the_whole_holds(context):
    frame = GridFrame.over((5.0, 16.0, 12.0, 21.0), 0.05)
    model = SurfaceModel.of(frame, context.network.segments, context.stranding_rate(JUNE), context.conditions(JUNE))
    whole = surface_block(model, frame.whole)
    assert np.isfinite(whole[-1]).mean() > 0.1
    for side in (17, 64):
        blocks = list(frame.blocks(side))
        near = near_network(model, blocks)
        assert not near.all()
        for block, is_near in zip(blocks, near, strict=True):
            found = surface_block(model, block)
            part = whole[:, block.row : block.row + block.rows, block.column : block.column + block.columns]
            if found is None:
                assert np.isnan(part).all()
            else:
                assert is_near and found.tobytes() == part.tobytes()
