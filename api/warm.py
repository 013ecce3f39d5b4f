"""Imported by the process that work is forked from: what all of it needs is made there, once."""

from __future__ import annotations

from api.context import open_region
from api.process import processes

CONTEXT = open_region()
PROCESSES = processes()
