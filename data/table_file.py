"""Tables of others (csv, tsv, zip, xlsx), a piece at a time, as text cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from data.errors import BadInput
from data.incident_source import fold_header

_CHUNK = 50_000


def chunks(path: Path, *, sep: str = ",", names: list[str] | None = None) -> Iterator[pd.DataFrame]:
    """Give a text table a piece at a time; the index counts rows from 0. BadInput where it is no table.

    Parameters
    ----------
    path : Path
        UTF-8, plain or zipped.
    names : list of str, optional
        Headers of a table that has none.
    """
    try:
        with pd.read_csv(
            path,
            sep=sep,
            names=names,
            dtype=str,
            keep_default_na=False,
            encoding="utf-8-sig",
            chunksize=_CHUNK,
            compression="zip" if path.suffix.lower() == ".zip" else None,
            quoting=3 if sep == "\t" else 0,
        ) as pieces:
            for piece in pieces:
                if not isinstance(piece.index, pd.RangeIndex):  # pandas took the first columns for labels
                    raise ValueError("rows have more cells than the first line has names")
                yield piece
    except (OSError, ValueError, KeyError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise BadInput(f"{path.name} cannot be read as a table ({why[:160]})") from None


def sheets(path: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Give each sheet of a workbook as rows of text."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # zip, XML and its own kinds
        raise BadInput(f"{path.name} cannot be read as a workbook ({str(error).splitlines()[0][:120]})") from None
    for sheet in book:
        rows = [
            ["" if cell is None else str(cell).strip() for cell in row] for row in sheet.iter_rows(values_only=True)
        ]
        yield sheet.title, rows
    book.close()


def by_role(headers: list[str], roles: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the header of each role; names are compared folded, earlier names of a role win."""
    folded = {fold_header(header): header for header in reversed(headers)}
    found = {}
    for role, names in roles.items():
        header = next((folded[name] for name in names if name in folded), None)
        if header is not None:
            found[role] = header
    return found
