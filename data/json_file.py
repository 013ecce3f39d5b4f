"""JSON files of others: size bounded, faults in a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from data.errors import BadInput

MOST_BYTES = 1_000_000_000


def read_json(path: Path) -> Any:
    """Read a JSON document; BadInput where it is none or too large to hold."""
    if path.stat().st_size > MOST_BYTES:
        raise BadInput(f"{path.name}: more than {MOST_BYTES // 1_000_000} MB; give a smaller part")
    try:
        return orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise BadInput(f"{path.name} is not sound JSON: {str(error)[:120]}") from None
