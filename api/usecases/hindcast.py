"""How well the model would have done before, on an incident file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from api.context import RegionContext
from data.ellipsoid import earth_centred_m
from data.errors import BadInput, NoAnswer
from data.incident_import import import_incidents
from risk.hindcast import REMOTE_M, SHARES, Capture, baselines, near_segments, score_all
from risk.incidents import IncidentParameters, reporting_chance, stranding_rate
from routes.segments import adjacency

Array = NDArray[np.float64]

#: The desert belt: (left, bottom, right, top), degrees.
DESERT_BELT = (-17.0, 15.0, 40.0, 32.0)
#: Share of reported deaths on land that thirst and exposure cause (the file's own rows to 2020: 0.27), and how many
#: people of a group die independently of one another, for "at least one death".
THIRST_SHARE, INDEPENDENT = 0.3, 3
#: Positions of the shipped incidents vaguer than this teach nothing about single segments.
PACK_PRECISION_KM = 150.0


@dataclass(frozen=True)
class Hindcast:
    """Scores by subset ("all", "remote") and model, with what was trained and tested on."""

    train_until: date
    test_from: date
    test_to: date
    trained: int
    surveys: int
    tested: dict[str, int]
    reachable: dict[str, int]
    scores: dict[str, dict[str, Capture]]


def run_hindcast(
    context: RegionContext, path: Path, train_until: date, test_from: date, test_to: date, seed: int = 0
) -> Hindcast:
    """Fit on incidents up to a day and score the later ones.

    Training: the file's incidents on land in the desert belt, surveys included at their weight, and the shipped
    incidents, all up to `train_until`, for the model and the kernel baselines alike. Test: the file's incidents of the
    belt from `test_from` to `test_to` that are neither survey rows nor generic places. "remote" keeps those farther
    than 20 km from any place of the region.

    Raises
    ------
    BadInput
        If the days are out of order or the file is not understood.
    NoAnswer
        If nothing is left to train or to test on.
    """
    if not train_until < test_from <= test_to:
        raise BadInput(f"the days must be in order: trained until {train_until}, scored from {test_from} to {test_to}")
    known = _belt(import_incidents(path, context.pack.countries).usable())
    train, test = _split(context, known, train_until, test_from, test_to)
    if len(train) == 0 or len(test) == 0:
        raise NoAnswer(f"{len(train)} incidents to train on and {len(test)} to score: both are needed")
    land = context.network.segments["mode"] != "sea"
    segments = pd.DataFrame(context.network.segments[land].drop(columns="geometry"))
    models = baselines(segments, train, context.town_distance_m[land.to_numpy()])
    models |= _models(context, train, train_until, land.to_numpy())
    subsets = {"all": test, "remote": test[_place_distance_m(context, test) > REMOTE_M]}
    near = {name: near_segments(rows, segments) for name, rows in subsets.items() if len(rows)}
    return Hindcast(
        train_until,
        test_from,
        test_to,
        len(train),
        int(train["survey"].sum()),
        {name: len(rows) for name, rows in near.items()},
        {name: sum(len(found) > 0 for found in rows) for name, rows in near.items()},
        {name: score_all(models, rows, segments, seed) for name, rows in near.items()},
    )


def _belt(rows: pd.DataFrame) -> pd.DataFrame:
    left, bottom, right, top = DESERT_BELT
    inside = rows["lon"].between(left, right) & rows["lat"].between(bottom, top)
    return rows[inside & ~rows["at_sea"].astype(bool)]


def _split(
    context: RegionContext, known: pd.DataFrame, until: date, start: date, end: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    shipped = context.pack.incidents
    shipped = shipped[(shipped["precision_km"] < PACK_PRECISION_KM) & (shipped["date_precision"] != "year")]
    both = pd.concat([known, shipped.assign(survey=False)], ignore_index=True)
    test = known[
        (known["date"] >= start.isoformat()) & (known["date"] <= end.isoformat()) & ~known["survey"].astype(bool)
    ]
    return both[both["date"] <= until.isoformat()], test


def _models(context: RegionContext, train: pd.DataFrame, until: date, land: NDArray[np.bool_]) -> dict[str, Array]:
    """Return what the model expects to be reported per km: with and without what makes a stranding deadly.

    A reported death is a stranding that is reported and kills at least one, or another death on the way (accident,
    violence, illness), which comes with the same traffic.
    """
    parameters = IncidentParameters()
    segments = context.network.segments
    rate = stranding_rate(segments, adjacency(segments), train, context.town_distance_m, until, parameters)
    reports = rate.mean_per_km_day * reporting_chance(context.town_distance_m, parameters)
    death = context.risk(date(until.year, 6, 15)).table["death_probability"].to_numpy(float)
    fatal = 1 - (1 - death) ** INDEPENDENT
    return {
        "incident-only": rate.mean_per_km_day[land],
        "model": (reports * (1 - THIRST_SHARE + THIRST_SHARE * fatal))[land],
    }


def _place_distance_m(context: RegionContext, rows: pd.DataFrame) -> Array:
    places = context.pack.places
    tree = cKDTree(earth_centred_m(places["lon"].to_numpy(float), places["lat"].to_numpy(float)))
    away, _ = tree.query(earth_centred_m(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)))
    return np.asarray(away, dtype=float)


def hindcast_document(found: Hindcast, data_version: str) -> dict[str, Any]:
    """Return the scores as a JSON-ready document."""
    return {
        "data_version": data_version,
        "train_until": found.train_until.isoformat(),
        "from": found.test_from.isoformat(),
        "to": found.test_to.isoformat(),
        "trained_on": found.trained,
        "trained_on_surveys": found.surveys,
        "shares_of_network_km": list(SHARES),
        "subsets": {
            subset: {
                "incidents": found.tested[subset],
                "with_a_segment_within_10_km": found.reachable[subset],
                "models": {
                    name: {
                        "capture": score.capture.tolist(),
                        "capture_in_search_order": score.searched.tolist(),
                        "interval": np.stack([score.low, score.high], axis=1).tolist(),
                        "log_score": score.log_score,
                    }
                    for name, score in scores.items()
                },
            }
            for subset, scores in found.scores.items()
        },
    }
