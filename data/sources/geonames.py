"""GeoNames dumps by country: wells, springs, oases, places."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from data.country_parts import by_country
from data.errors import BadInput
from data.source import WORLD_BBOX, DataSource, Reading, Variable
from data.source_found import Found, table_of
from data.table_file import chunks

_COLUMNS = [
    *("geonameid", "name", "asciiname", "alternatenames", "latitude", "longitude", "feature_class", "feature_code"),
    *("country_code", "cc2", "admin1", "admin2", "admin3", "admin4", "population", "elevation", "dem", "timezone"),
    "modification_date",
]
#: Feature codes of water to kind and reliability; WLLQ is an abandoned well.
_WATER = {
    "WLL": ("well", "unknown"),
    "WLLS": ("well", "unknown"),
    "WLLQ": ("well", "reported_dry"),
    "SPNG": ("spring", "unknown"),
    "SPNS": ("spring", "brackish"),
    "SPNT": ("spring", "unknown"),
    "WTRH": ("guelta", "seasonal"),
    "OAS": ("oasis", "unknown"),
}
_PLACES = {"PPLC": "city", "PPLA": "town", "PPLA2": "town", "PPLA3": "town", "PPL": "town", "OAS": "oasis"}
_CITY = 100_000
_MOST_BYTES = 2_000_000_000
_ARABIC = re.compile(r"[؀-ۿ]")


def _read(path: Path, reading: Reading) -> Found:
    water: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    if path.suffix.lower() == ".zip":
        return _from_member(path, reading)
    for piece in chunks(path, sep="\t", names=_COLUMNS):
        if (piece["modification_date"] == "").all() or not piece["geonameid"].str.fullmatch(r"\d+").all():
            raise BadInput(f"{path.name}: not the 19 columns of a GeoNames dump")
        wanted = piece[piece["feature_code"].isin({*_WATER, *_PLACES})]
        for record in wanted.to_dict("records"):
            _sort(record, water, places)
    found = Found()
    found.tables |= {"water": table_of("water", water, precision_km=2.0)} if water else {}
    found.tables |= {"places": table_of("places", places, precision_km=2.0)} if places else {}
    return found


def _from_member(path: Path, reading: Reading) -> Found:
    """Read the dump of an archive, which holds a read-me beside it."""
    import tempfile
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as scratch:
            names = [name for name in archive.namelist() if re.fullmatch(r"[A-Z]{2}\.txt", name)]
            if len(names) != 1:
                raise BadInput(f"{path.name}: holds no one dump such as NE.txt")
            if archive.getinfo(names[0]).file_size > _MOST_BYTES:
                raise BadInput(f"{path.name}: holds more than {_MOST_BYTES // 1_000_000} MB")
            return _read(Path(archive.extract(names[0], scratch)), reading)
    except zipfile.BadZipFile:
        raise BadInput(f"{path.name} is no sound zip file; was it fetched to its end?") from None


def _sort(record: dict[str, str], water: list[dict[str, Any]], places: list[dict[str, Any]]) -> None:
    code = record["feature_code"]
    others = record["alternatenames"].split(",")
    common = {
        "row": f"geonameid {record['geonameid']}",
        "key": record["geonameid"],
        "name": record["asciiname"] or record["name"],
        "lon": record["longitude"],
        "lat": record["latitude"],
    }
    if code in _WATER:
        kind, reliability = _WATER[code]
        water.append(common | {"kind": kind, "reliability": reliability})
    people = int(record["population"]) if record["population"].isdigit() else 0
    # of the plain populated places those with nobody counted are mostly camps and ruins
    if code in _PLACES and (code != "PPL" or people > 0):
        arabic = next((name for name in others if _ARABIC.search(name)), "")
        kind = "city" if people >= _CITY else _PLACES[code]
        names = {"name_fr": record["name"], "name_ar": arabic, "country": record["country_code"]}
        places.append(common | names | {"kind": kind})


SOURCE = DataSource(
    name="geonames",
    title="GeoNames, dump of a country",
    gives=("water", "places"),
    variables=(Variable("kind"), Variable("reliability")),
    bbox=WORLD_BBOX,
    since="",
    until="",
    licence="CC BY 4.0",
    citation="GeoNames, geonames.org",
    home="https://download.geonames.org/export/dump/",
    patterns=("[a-z][a-z].zip", "[a-z][a-z].txt"),
    files=by_country("https://download.geonames.org/export/dump/{code}.zip", "{code}.zip"),
    read=_read,
    confidence=0.5,
    precision_km=2.0,
)
