"""People displaced by area, asked of the API of IOM's Displacement Tracking Matrix with its own client (dtmapi).

What the answer tells of sexes, ages, origins and reasons is not kept: nothing here needs it.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path

from api.private_files import write_one
from api.usecases.source_fetch import Fetched
from api.usecases.source_import import locked
from data.errors import BadInput, NoAnswer

#: Where the client looks for the key that IOM gives out.
KEY = "DTMAPI_SUBSCRIPTION_KEY"
#: Beginnings of the columns kept, in lower case.
_KEPT = ("operation", "admin", "reporting", "round", "numpresentidpind")


def fetch_dtm(country: str, root: Path, *, again: bool = False) -> Fetched:
    """Fetch the people displaced in a country, by area of the second level, into the folder for data.

    Parameters
    ----------
    country : str
        As DTM names it: Niger, Libya.
    root : Path
        The folder for data.
    again : bool
        Whether to ask though an answer is here.

    Raises
    ------
    BadInput
        Without a country or a key.
    NoAnswer
        If the API cannot be reached, refuses the key, or knows nothing of the country.
    """
    import pooch

    name = re.sub(r"[^a-z]+", "-", country.strip().lower()).strip("-")
    if not name:
        raise BadInput("dtm: name a country with --part, as DTM writes it: Niger, Libya")
    path = root / "downloads" / "dtm" / f"dtm-{name}.csv"
    if path.is_file() and not again:
        return Fetched(path, pooch.file_hash(str(path)), new=False)
    if not os.environ.get(KEY):
        raise BadInput(f"dtm: its API wants a key of your own in {KEY}; files without one are on dtm.iom.int/datasets")
    content = _asked(country.strip(), path)
    with locked(root):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_one(path, content)
    return Fetched(path, pooch.file_hash(str(path)), new=True)


def _asked(country: str, path: Path) -> bytes:
    from dtmapi import DTMApi, DTMApiError, ValidationError

    logging.getLogger("dtmapi").setLevel(logging.CRITICAL)
    try:
        table = DTMApi().get_idp_admin2_data(CountryName=country)
    except (DTMApiError, ValidationError) as error:
        why = " ".join(str(error).split())[:200]
        raise NoAnswer(f"dtm: {why}; by hand: choose a file on dtm.iom.int/datasets and put it at {path}") from None
    kept = [column for column in table.columns if str(column).lower().startswith(_KEPT)]
    if not len(table) or not kept:
        raise NoAnswer(f"dtm: nothing is told of '{country[:60]}'; is that how DTM names the country?")
    return bytes(table[kept].to_csv(index=False).encode())
