"""Published optimal allocations of search effort (SORAL, Washburn) through the project's own allocation.

`python -m benchmarks.allocation FILE... [--json]` solves every case of files in this JSON format:
`{"cases": [{"id", "p": [n], "w": [n][R], "T": [R], "t": [n][R], "POS"}, ...]}`, maximise
sum_i p_i (1 - exp(-sum_r w_ir t_ir)) with sum_i t_ir <= T_r; `t` and `POS` are the published answer and may be missing.
It prints allocation, POS, the gap no better answer can lie beyond, and the difference to what is published. Exit code 2
and a line for each fault where a file is not of that format.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from data.errors import BadInput
from sar.effort import allocate_several


def read_cases(path: Path) -> list[dict[str, Any]]:
    """Read a file; `BadInput` with a line for each fault."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path}: is no JSON ({error})") from None
    cases = content.get("cases") if isinstance(content, dict) else None
    if not isinstance(cases, list) or not cases:
        raise BadInput(f"{path}: needs an object with a list 'cases' of at least one case")
    if faults := [f"{path}: case {at}: {fault}" for at, case in enumerate(cases, 1) for fault in faults_of(case)]:
        raise BadInput(faults)
    return cases


def faults_of(case: Any) -> list[str]:
    """Return what is wrong with a case, a line each."""
    if not isinstance(case, dict):
        return ["is no object"]
    missing = [f"'{key}' is missing" for key in ("id", "p", "w", "T") if key not in case]
    if missing:
        return missing
    faults = [] if isinstance(case["id"], str) and case["id"] else ["'id' is no text"]
    rows = {key: is_row(case[key]) for key in ("p", "T")}
    faults += [f"'{key}' is no list of numbers that are finite and not negative" for key in rows if not rows[key]]
    if all(rows.values()):
        shape = (len(case["p"]), len(case["T"]))
        faults += [
            f"'{key}' is no list of {shape[0]} rows of {shape[1]} numbers that are finite and not negative"
            for key in ("w", "t")
            if case.get(key) is not None or key == "w"
            if not is_table(case[key], shape)
        ]
    if case.get("POS") is not None and not is_number(case["POS"]):
        faults.append("'POS' is no number that is finite and not negative")
    return faults


def is_number(cell: Any) -> bool:
    """Whether a cell is a finite number of at least zero."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and 0 <= cell < math.inf and cell < 1e300


def is_row(cells: Any) -> bool:
    """Whether this is a list of such numbers, at least one."""
    return isinstance(cells, list) and len(cells) > 0 and all(is_number(cell) for cell in cells)


def is_table(rows: Any, shape: tuple[int, int]) -> bool:
    """Whether this is a list of rows of that shape."""
    return isinstance(rows, list) and len(rows) == shape[0] and all(is_row(r) and len(r) == shape[1] for r in rows)


def solve_case(case: dict[str, Any]) -> dict[str, Any]:
    """Return our answer to a case beside the published one."""
    p, w, total = (np.array(case[key], dtype=float) for key in ("p", "w", "T"))
    began = perf_counter()
    found = allocate_several(p, w, total)
    seconds = perf_counter() - began
    pos, theirs = case.get("POS"), case.get("t")
    return {
        "id": case["id"],
        "t": found.effort_h.tolist(),
        "POS": found.pos,
        "gap": found.gap,
        "POS_published": pos,
        "POS_difference": None if pos is None else found.pos - pos,
        "t_largest_difference": None if theirs is None else float(np.abs(found.effort_h - np.array(theirs)).max()),
        "seconds": seconds,
    }


def describe(record: dict[str, Any]) -> str:
    """Return the lines for people."""
    line = f"{record['id']:10} POS {record['POS']:.9f}  gap {record['gap']:.1e}"
    if record["POS_difference"] is not None:
        line += f"  less published {record['POS_difference']:+.1e}"
    rows = "; ".join(" ".join(f"{hours:.6f}" for hours in row) for row in record["t"])
    return f"{line}\n{'':10} t {rows}"


def main() -> None:
    """Solve the files given."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    cases, faults = [], []
    for path in arguments.files:
        try:
            cases += read_cases(path)
        except BadInput as error:
            faults += error.faults
    if faults:
        print("\n".join(faults), file=sys.stderr)
        raise SystemExit(2)
    records = [solve_case(case) for case in cases]
    print(json.dumps(records, indent=2) if arguments.json else "\n".join(describe(each) for each in records))


if __name__ == "__main__":
    main()
