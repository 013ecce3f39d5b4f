"""Tables with a row of HXL tags, for humanitarian data tools and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence


def hxl_csv(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a table as CSV (UTF-8 with a mark for spreadsheets, comma, point).

    Parameters
    ----------
    columns : sequence of (str, str)
        Heading and HXL tag of each.
    rows : iterable of sequence
        Cells; None is empty.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows(zip(*columns, strict=True))
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()
