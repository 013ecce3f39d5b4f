"""The region with imports in it: the shipped tables, and what each import adds or tells of what is there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from api.region_choice import CLIMATE, HEIGHTS
from api.usecases import region_add
from api.usecases.region_rasters import name_rasters, put_climate, put_heights
from data.data_folder import Import
from data.errors import BadInput
from data.region_folder import SHIPPED


def build_region(imports: Sequence[Import], root: Path, folder: Path) -> dict[int, list[str]]:
    """Write the region made from imports into a new folder, and check it as a whole.

    Parameters
    ----------
    imports : sequence of Import
        In the order they were made.
    root : Path
        The folder for data.
    folder : Path
        Written; must not be there.

    Returns
    -------
    dict of int to list of str
        What became of each import's records, by its number.

    Raises
    ------
    BadInput
        With every fault of the tables that come out.
    """
    from data.region_pack import read_region

    folder.mkdir(parents=True)
    tables = {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in SHIPPED.glob("*.csv")}
    told: dict[int, list[str]] = {}
    for each in imports:
        source = root / "imports" / each.folder
        if not source.is_dir():
            raise BadInput(f"{source} is missing: put it back, or take it out with guelta data undo {each.number}")
        lines = told.setdefault(each.number, [])
        for kind, add in region_add.ADDERS.items():
            path = source / f"{kind}.parquet"
            if path.is_file():
                add(tables, path, each, lines)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    put_heights([root / "imports" / each.folder / HEIGHTS for each in imports], folder)
    put_climate({each.number: root / "imports" / each.folder / CLIMATE for each in imports}, folder, told)
    name_rasters(folder)
    read_region(folder)
    return told
