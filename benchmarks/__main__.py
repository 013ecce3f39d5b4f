"""All benchmarks that have a named alternative, one after the other: a table and a JSON file.

`python -m benchmarks [--short] [--only heat,points] [--json out/benchmarks.json] [--record]`. `--short` takes some two
minutes and leaves out what takes longer; `--record` keeps the ratios in `benchmarks/recorded.json`. The exit code is 1
where a ratio has become worse than a third of the recorded one, or a benchmark did not run to its end; a ratio that was
never recorded is reported, no more. Ctrl-C prints what is done so far.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.entries import ENTRIES, Entry, Figure

RECORDED = Path(__file__).with_name("recorded.json")
#: A ratio may be so many times worse than the recorded one: machines differ, and are shared.
WORSE = 3.0


def run(entry: Entry, arguments: Sequence[str]) -> Any:
    """Run a benchmark in a process of its own and return its JSON; None where it did not run to its end."""
    command = [sys.executable, "-m", f"benchmarks.{entry.name}", *arguments, "--json"]
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "found.json"
        done = subprocess.run(command + [str(written)] * entry.json_file, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            return None
        return json.loads(written.read_text() if entry.json_file else done.stdout)


def rows_of(entry: Entry, figures: Sequence[Figure], recorded: dict[str, float]) -> list[dict[str, Any]]:
    """Return figures as rows of the table, with what was recorded of each."""
    rows = []
    for figure in figures:
        key = f"{entry.name}: {figure.what}: {figure.alternative}"
        known = recorded.get(key)
        rows.append(
            {
                "key": key,
                "benchmark": entry.name,
                "what": figure.what,
                "ours": figure.ours,
                "alternative": figure.alternative,
                "theirs": figure.theirs,
                "ratio": figure.ratio,
                "recorded": known,
                "is_worse": known is not None and figure.ratio < known / WORSE,
            }
        )
    return rows


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table."""
    print(
        f"{'benchmark':<14} {'what':<38} {'ours':>12} {'alternative':<24} {'theirs':>12} {'ratio':>8} {'recorded':>9}"
    )
    for row in rows:
        known = "-" if row["recorded"] is None else f"{row['recorded']:.3g}"
        print(
            f"{row['benchmark']:<14} {row['what']:<38} {row['ours']:12.4g} {row['alternative']:<24} "
            f"{row['theirs']:12.4g} {row['ratio']:8.3g} {known:>9}" + ("  WORSE" if row["is_worse"] else "")
        )
    print("ratio: how many times better ours is")


def run_all(entries: Sequence[Entry], *, short: bool) -> tuple[list[dict[str, Any]], list[str], bool]:
    """Run benchmarks; return rows, the names of those that did not run to their end, and whether all were run."""
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    rows: list[dict[str, Any]] = []
    failed = []
    for entry in entries:
        arguments = entry.short if short else entry.full
        if arguments is None:
            continue
        begun = time.perf_counter()
        print(f"{entry.name} ...", end=" ", file=sys.stderr, flush=True)
        try:
            found = run(entry, arguments)
        except KeyboardInterrupt:
            print("stopped", file=sys.stderr)
            return rows, failed, False
        print("failed" if found is None else f"{time.perf_counter() - begun:.0f} s", file=sys.stderr)
        if found is None:
            failed.append(entry.name)
        else:
            rows += rows_of(entry, entry.figures(found), recorded.get("short" if short else "full", {}))
    return rows, failed, True


def record(rows: Sequence[dict[str, Any]], *, short: bool) -> None:
    """Keep the ratios of this run beside those of others."""
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    kept = recorded.setdefault("short" if short else "full", {})
    kept.update({row["key"]: float(f"{row['ratio']:.3g}") for row in rows})
    RECORDED.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--only", help="names, with commas")
    parser.add_argument("--json", type=Path, default=Path("out/benchmarks.json"))
    parser.add_argument("--record", action="store_true")
    given = parser.parse_args(arguments)
    here = [entry for entry in ENTRIES if importlib.util.find_spec(f"benchmarks.{entry.name}")]
    wanted = {name.strip() for name in given.only.split(",")} if given.only else {entry.name for entry in here}
    if unknown := sorted(wanted - {entry.name for entry in here}):
        print(
            f"no benchmark {', '.join(unknown)}; there are {', '.join(entry.name for entry in here)}", file=sys.stderr
        )
        return 2
    rows, failed, is_whole = run_all([entry for entry in here if entry.name in wanted], short=given.short)
    show(rows)
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps({"short": given.short, "rows": rows, "failed": failed}, indent=2) + "\n")
    if given.record:
        record(rows, short=given.short)
    for name in failed:
        print(f"{name}: did not run to its end", file=sys.stderr)
    if not is_whole:
        return 130
    return 1 if failed or any(row["is_worse"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
