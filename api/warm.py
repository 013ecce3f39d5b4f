"""Imported by the process that work is forked from: what all of it needs is made there, once."""

from __future__ import annotations

from api.prepared_region import open_prepared
from api.process import processes

CONTEXT = open_prepared()
PROCESSES = processes()
