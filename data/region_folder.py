"""Where the region that ships with the project lies; told apart from its reader, whose libraries take seconds."""

from __future__ import annotations

from pathlib import Path

SHIPPED = Path(__file__).parent / "region"
