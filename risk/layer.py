"""What a risk layer is; the layers themselves are the files of `risk.layers`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.registry import Registry, collect
from risk.assess import Assessment

Kind = Literal["measure", "class", "block"]


@dataclass(frozen=True)
class Layer:
    """One quantity that can be shown on segments and on a raster.

    Attributes
    ----------
    name : str
        Used in the command line, the API, file names and the legend.
    column : str
        Its column in the table of segment risk.
    unit : str
        Unit of the values; "" when dimensionless.
    description : str
        One sentence.
    low_is_bad : bool
        True where small values are the dangerous ones, so that maps darken the right way.
    kind : str
        "measure" is a quantity shown in classes, "class" a yes or no, "block" a yes or no that closes ground and is
        never weighed.
    edges : tuple of float
        Round values between the four classes of the analyst's map, ascending; fixed, so that days can be compared.
        Judgement. Without them the map does not show the layer.
    values : callable
        From an `Assessment` of n positions to an array of shape (n,).
    """

    name: str
    column: str
    unit: str
    description: str
    values: Callable[[Assessment], NDArray[np.float64]]
    low_is_bad: bool = False
    kind: Kind = "measure"
    edges: tuple[float, ...] = ()


@lru_cache(maxsize=1)
def layers() -> Registry[Layer]:
    """Return every layer found in `risk.layers`."""
    import risk.layers

    return Registry(collect(risk.layers, "LAYER"))
