"""Rebuild the computed tables that ship with the project: `python -m api.build_tables`."""

from __future__ import annotations

from data.tables import WATER_LOSS, write_water_loss
from risk.heat import AXES, build_loss_table


def main() -> None:
    """Compute the ISO 7933 table and write it; takes some ten seconds."""
    table = build_loss_table()
    write_water_loss(table.loss_kg_per_h, {name: getattr(table, name) for name in AXES})
    print(f"wrote {WATER_LOSS.name}: {WATER_LOSS.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
