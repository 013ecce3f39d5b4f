"""The capture curve of a hindcast as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: Model to colour (safe for the colour-blind), width and dash; the model last, on top.
STYLES = {
    "uniform": ("#999999", 1.2, ":"),
    "near-towns": ("#e69f00", 1.4, "--"),
    "kde-25": ("#56b4e9", 1.4, "-"),
    "kde-50": ("#009e73", 1.4, "-"),
    "kde-100": ("#cc79a7", 1.4, "-"),
    "incident-only": ("#666666", 1.4, "-."),
    "model": ("#d55e00", 2.8, "-"),
}


def write_capture_figure(document: dict[str, Any], path: Path) -> Path:
    """Draw share of incidents found against share of the network searched, a panel for each subset and order.

    Parameters
    ----------
    document : dict
        From `api.usecases.hindcast.hindcast_document`.
    path : Path
        Ends in .svg or .png.
    """
    from matplotlib.figure import Figure

    subsets = document["subsets"]
    orders = {"capture": "worst first", "capture_in_search_order": "search order"}
    figure = Figure(figsize=(9, 3.4 * len(subsets)), layout="constrained")
    axes = figure.subplots(len(subsets), len(orders), sharex=True, sharey=True, squeeze=False)
    shares = [100 * share for share in document["shares_of_network_km"]]
    for line, (subset, scores) in zip(axes, subsets.items(), strict=True):
        for axis, (key, title) in zip(line, orders.items(), strict=True):
            for name, (colour, width, dash) in STYLES.items():
                if name in scores["models"]:
                    found = [100 * value for value in scores["models"][name][key]]
                    axis.plot(shares, found, dash, color=colour, linewidth=width, marker=".", label=name)
            reachable = 100 * scores["with_a_segment_within_10_km"] / scores["incidents"]
            axis.axhline(reachable, color="#bbbbbb", linewidth=0.8)
            axis.annotate("no segment within 10 km beyond this", (20, reachable), ha="right", va="bottom", fontsize=7)
            axis.set_title(f"{subset} ({scores['incidents']} incidents), {title}", fontsize=9)
            axis.set_xscale("log")
            axis.set_xticks(shares, [f"{share:g} %" for share in shares])
            axis.minorticks_off()
            axis.grid(alpha=0.3)
    for axis in axes[:, 0]:
        axis.set_ylabel("incidents with a segment within 10 km, %")
    for axis in axes[-1]:
        axis.set_xlabel("share of land network km")
    axes[0, 0].legend(fontsize=7, loc="upper left")
    trained = f"trained to {document['train_until']}, scored {document['from'][:4]}-{document['to'][:4]}"
    figure.suptitle(f"Hindcast, {trained}", fontsize=10)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    return path
