"""How each kind of imported record goes into the tables of a region (text cells, as the files hold them)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from data.data_folder import Import
from data.ellipsoid import earth_centred_m
from data.source import source_named

Tables = dict[str, pd.DataFrame]
_NAMES = ("name", "name_fr", "name_ar")
#: Reports of one event are this near in days and place. Judgement.
_SAME_DAYS, _SAME_KM = 3, 25.0
_DAYS_OF = {"day": 0, "month": 16, "year": 190}


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**{name: table[name].astype(float) for name in ("lon", "lat", "precision_km") if name in table})


def _id(text: object, mark: str = "_") -> str:
    return re.sub(r"[^a-z0-9]+", mark, str(text).casefold()).strip(mark) or "x"


def _ids(keys: pd.Series, number: int, taken: pd.Series, mark: str = "_") -> list[str]:
    """Return new ids, none of them taken."""
    used = set(taken)
    made = []
    for key in keys:
        wanted = f"imp{number}{mark}{_id(key, mark)}"
        name, more = wanted, 2
        while name in used:
            name, more = f"{wanted}{mark}{more}", more + 1
        used.add(name)
        made.append(name)
    return made


def _nearest(table: pd.DataFrame, given: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    tree = cKDTree(earth_centred_m(*(table[axis].to_numpy(float) for axis in ("lon", "lat"))))
    far, near = tree.query(earth_centred_m(*(given[axis].to_numpy(float) for axis in ("lon", "lat"))))
    return far, near


def _countries(tables: Tables, given: pd.DataFrame) -> np.ndarray:
    """Return the country of the nearest place that ships: borders are not in the facts."""
    places = _numbers(tables["places"])
    return np.asarray(places["country"].to_numpy()[_nearest(places, given)[1]])


def _cite(each: Import) -> str:
    source = source_named(each.source)
    return f"{source.title}, {each.file} ({source.licence})"


def add_water(tables: Tables, path: Path, each: Import, told: list[str]) -> None:
    """Add points of water; one that is known already is told to it and not added."""
    from routes.same_points import first_of_each, same_points

    given = pd.read_parquet(path).sort_values("verified_on", ascending=False, kind="stable").reset_index(drop=True)
    keep = first_of_each(given)
    if not keep.all():
        told.append(f"water: {int((~keep).sum())} lie within 100 m of another of the file and count as it")
    given = given[keep].reset_index(drop=True)
    water = tables["water_points"]
    row, apart_m = same_points(_numbers(water), given, _NAMES)
    same = row >= 0
    for at in np.flatnonzero(same):
        _tell_well(water, int(row[at]), given.iloc[at])
    if same.any():
        told.append(f"water: {int(same.sum())} are known wells, {_spread(apart_m[same])} from where they were")
    new = given[~same]
    named = new["name"].where(new["name"] != "", new["kind"].str.capitalize() + " " + _at(new))
    frame = pd.DataFrame(
        {
            "water_id": _ids(new["key"], each.number, water["water_id"]),
            **dict.fromkeys(_NAMES, named),
            "country": _countries(tables, new) if len(new) else [],
            **{name: new[name] for name in ("lon", "lat", "kind", "reliability", "precision_km", "verified_on")},
            "source": _cite(each),
        }
    )
    tables["water_points"] = pd.concat([water, frame.astype(str)[list(water.columns)]], ignore_index=True)
    told.append(f"water: {len(new)} new points")


def _tell_well(water: pd.DataFrame, row: int, told: pd.Series) -> None:
    """Put what a file knows better into a well: a newer day, a nearer position."""
    newer = bool(told["verified_on"]) and told["verified_on"] > water.at[row, "verified_on"]
    if newer:
        water.at[row, "verified_on"] = told["verified_on"]
    if told["reliability"] != "unknown" and (newer or water.at[row, "reliability"] == "unknown"):
        water.at[row, "reliability"] = told["reliability"]
    if float(told["precision_km"]) < float(water.at[row, "precision_km"]):
        for name in ("lon", "lat", "precision_km"):
            water.at[row, name] = str(told[name])


def add_places(tables: Tables, path: Path, each: Import, told: list[str]) -> None:
    """Add places; a name that is taken gets its position behind it, so that the known place keeps it."""
    from routes.positions import fold
    from routes.same_points import first_of_each, same_points

    given = pd.read_parquet(path)
    given = given[first_of_each(given)].reset_index(drop=True)
    places = tables["places"]
    row, apart_m = same_points(_numbers(places), given, _NAMES)
    same = row >= 0
    if same.any():
        told.append(f"places: {int(same.sum())} are known, {_spread(apart_m[same])} from where they were")
    new = given[~same].reset_index(drop=True)
    taken = {fold(name) for column in _NAMES for name in places[column]}
    names = {column: new[column].where(new[column] != "", new["name"]) for column in _NAMES}
    folded = pd.DataFrame({column: texts.map(fold) for column, texts in names.items()})
    again = folded.isin(taken).any(axis=1) | folded["name"].duplicated(keep="first")
    names = {column: texts.where(~again, texts + " (" + _at(new) + ")") for column, texts in names.items()}
    country = new["country"].where(new["country"].str.fullmatch("[A-Z]{2}"))
    frame = pd.DataFrame(
        {
            "place_id": _ids(new["key"], each.number, places["place_id"]),
            **names,
            "country": country.fillna(pd.Series(_countries(tables, new))) if len(new) else [],
            **{name: new[name] for name in ("lon", "lat", "kind", "precision_km")},
            "roles": "",
            "source": _cite(each),
        }
    )
    tables["places"] = pd.concat([places, frame.astype(str)[list(places.columns)]], ignore_index=True)
    told.append(f"places: {len(new)} new, {int(again.sum())} of them told apart by their position")


def add_incidents(tables: Tables, path: Path, each: Import, told: list[str]) -> None:
    """Add incidents; reports of an event that is known already are left out."""
    from data.schemas import INCIDENT_CAUSES

    given = pd.read_parquet(path)
    known = tables["incidents"]
    link = given["url"].where(given["url"].str.fullmatch(r"https?://\S+"), source_named(each.source).home)
    usable = link.str.fullmatch(r"https?://\S+") & (given["date"] >= "1990-01-01")
    repeated = _repeated(known, given)
    new = given[usable & ~repeated].reset_index(drop=True)
    legs = tables["legs"][tables["legs"]["mode"] != "sea"]
    ends = legs.merge(_numbers(tables["places"])[["place_id", "lon", "lat"]], left_on="from_id", right_on="place_id")
    counts = {name: new[name].map(lambda n: "" if pd.isna(n) else str(int(n))) for name in _COUNTS}
    frame = pd.DataFrame(
        {
            "incident_id": _ids(new["key"], each.number, known["incident_id"], "-"),
            "corridor": ends["corridor"].to_numpy()[_nearest(ends, new)[1]] if len(new) else [],
            "country": _countries(tables, new) if len(new) else [],
            "place": new["name"].where(new["name"] != "", "not told"),
            **counts,
            "cause": new["cause"].where(new["cause"].isin(INCIDENT_CAUSES), "unknown"),
            **{name: new[name] for name in ("date", "date_precision", "lon", "lat", "precision_km", "source_grade")},
            "source": _cite(each),
            "url": link[usable & ~repeated].reset_index(drop=True),
        }
    )
    tables["incidents"] = pd.concat([known, frame.astype(str)[list(known.columns)]], ignore_index=True)
    told.append(f"incidents: {len(new)} new, {int(repeated.sum())} known already")
    if (~usable).any():
        told.append(f"incidents: {int((~usable).sum())} have no page to be read at and were left out")


_COUNTS = ("dead", "missing", "survivors")


def _repeated(known: pd.DataFrame, given: pd.DataFrame) -> Any:
    """Say which reports tell of an event that is known: near in days and place, with the same dead where both say."""
    table = _numbers(known)
    days = pd.to_datetime(table["date"])
    found = []
    where = earth_centred_m(table["lon"].to_numpy(), table["lat"].to_numpy())
    tree = cKDTree(where)
    for row in given.itertuples():
        reach_m = 1000 * max(_SAME_KM, float(row.precision_km))
        at = earth_centred_m(np.array([row.lon]), np.array([row.lat]))[0]
        near = table.iloc[sorted(tree.query_ball_point(at, reach_m))]
        span = _SAME_DAYS + _DAYS_OF.get(str(row.date_precision), 0)
        apart = (days[near.index] - pd.Timestamp(row.date)).abs().dt.days
        dead = pd.to_numeric(near["dead"], errors="coerce")
        alike = dead.isna() | (dead == row.dead) | bool(np.isnan(float(row.dead)))
        wide = pd.to_numeric(near["date_precision"].map(_DAYS_OF), errors="coerce").fillna(0)
        found.append(bool(((apart <= span + wide) & alike).any()))
    return pd.Series(found, index=given.index, dtype=bool)


def add_roads(tables: Tables, path: Path, each: Import, told: list[str]) -> None:
    """Join roads to the network: see `routes.match_roads`."""
    import geopandas as gpd

    from data.contracts import check
    from data.region_pack import RegionPack
    from routes.match_roads import match_roads
    from routes.network import build_network

    roads = gpd.read_parquet(path)
    source = source_named(each.source)
    if "confidence" not in roads:
        roads["confidence"] = source.confidence
    places, legs = (check(name, tables[name])[0] for name in ("places", "legs"))
    # the network needs these two tables alone
    pack = RegionPack(
        **{name: tables[name] for name in tables if name in RegionPack.__dataclass_fields__}
        | {"places": places.set_index("place_id", drop=False), "legs": legs.set_index("leg_id", drop=False)},
        version="",
    )
    found = match_roads(roads, build_network(pack), f"imp{each.number}")
    _lay(tables, found, each)
    _confirm(tables["legs"], found.confirmed)
    snapped = np.array(list(found.snapped_m.values()))
    told.append(
        f"roads: {len(snapped)} places reached" + (f", {_spread(snapped)} from the roads" if len(snapped) else "")
    )
    told.append(
        f"roads: {len(found.confirmed)} legs confirmed, {len(found.legs)} new ({found.legs['km'].sum():.0f} km)"
    )
    told.append(f"roads: {found.left_out_km:.0f} km in {found.left_out} pieces hang together with nothing known")
    told.append(f"roads: {found.stubs_km:.0f} km of dead ends under 3 km were left out")


def _lay(tables: Tables, found: Any, each: Import) -> None:
    junctions, places, legs = found.junctions, tables["places"], tables["legs"]
    if len(junctions):
        named = "Junction " + _at(junctions)
        # two junctions may round to one name
        named = named.where(~named.duplicated(keep=False), named + " " + junctions["place_id"].str.rpartition("_j")[2])
        arabic = named.str.replace("Junction", "تقاطع")
        frame = junctions.assign(
            **{"name": named, "name_fr": named.str.replace("Junction", "Carrefour"), "name_ar": arabic},
            country=_countries(tables, junctions),
            kind="junction",
            roles="",
            precision_km="0.5",
            source=_cite(each),
        )
        tables["places"] = pd.concat([places, frame.astype(str)[list(places.columns)]], ignore_index=True)
    if len(found.legs):
        frame = found.legs.assign(source=_cite(each))
        for column in ("confidence", "last_seen"):
            if column not in legs:
                legs[column] = ""
        tables["legs"] = pd.concat([legs, frame.astype(str)[list(legs.columns)]], ignore_index=True)


def _confirm(legs: pd.DataFrame, confirmed: pd.DataFrame) -> None:
    """Put on legs what roads know of them: sources that agree make it surer, the latest day counts."""
    for column in ("confidence", "last_seen"):
        if column not in legs:
            legs[column] = ""
    row_of = {leg_id: row for row, leg_id in legs["leg_id"].items()}
    for each in confirmed.itertuples():
        row = row_of[each.leg_id]
        before = float(legs.at[row, "confidence"] or 0)
        legs.at[row, "confidence"] = f"{min(0.99, 1 - (1 - before) * (1 - each.confidence)):.3f}"
        legs.at[row, "last_seen"] = max(str(legs.at[row, "last_seen"]), str(each.last_seen))


def _at(points: pd.DataFrame) -> pd.Series:
    lat, lon = (points[axis].map("{:.3f}".format).astype(str) for axis in ("lat", "lon"))
    return lat + ", " + lon


def _spread(apart_m: Any) -> str:
    return f"half within {np.median(apart_m):.0f} m and all within {np.max(apart_m):.0f} m"


#: In this order: roads see the places that came with them.
ADDERS: dict[str, Callable[[Tables, Path, Import, list[str]], None]] = {
    "places": add_places,
    "water": add_water,
    "incidents": add_incidents,
    "roads": add_roads,
}
