"""Parts by country, as publishers of extracts name them."""

from __future__ import annotations

from data.source import RemoteFile

#: ISO code to the name of the extract at Geofabrik, for the countries of the region.
EXTRACTS = {
    "BF": "burkina-faso",
    "BJ": "benin",
    "CI": "ivory-coast",
    "CM": "cameroon",
    "DJ": "djibouti",
    "DZ": "algeria",
    "EG": "egypt",
    "EH": "morocco",
    "ER": "eritrea",
    "ET": "ethiopia",
    "GH": "ghana",
    "GM": "senegal-and-gambia",
    "GN": "guinea",
    "GW": "guinea-bissau",
    "LY": "libya",
    "MA": "morocco",
    "ML": "mali",
    "MR": "mauritania",
    "NE": "niger",
    "NG": "nigeria",
    "SD": "sudan",
    "SN": "senegal-and-gambia",
    "SO": "somalia",
    "SS": "south-sudan",
    "TD": "chad",
    "TN": "tunisia",
}


def by_country(address: str, file: str) -> tuple[RemoteFile, ...]:
    """Return one file a country; `{code}` and `{extract}` stand in the address and the name."""
    return tuple(
        RemoteFile(code, address.format(code=code, extract=extract), file.format(code=code, extract=extract))
        for code, extract in EXTRACTS.items()
    )


def tile_name(lon: int, lat: int, digits_lat: int = 2) -> tuple[str, str]:
    """Return the words of a tile's lower left corner, as ("N18", "E012")."""
    return (
        f"{'S' if lat < 0 else 'N'}{abs(lat):0{digits_lat}d}",
        f"{'W' if lon < 0 else 'E'}{abs(lon):03d}",
    )
