"""Rebuild the computed tables that ship with the project: `python -m api.build_tables`."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from data.tables_reader import WATER_LOSS
from risk.heat import build_loss_table


def main() -> None:
    """Compute the ISO 7933 table and write it; takes some ten seconds."""
    table = asdict(build_loss_table())
    np.savez_compressed(WATER_LOSS, **{name: values.astype(np.float32) for name, values in table.items()})
    print(f"wrote {WATER_LOSS.name}: {WATER_LOSS.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
