"""The capture curve of a hindcast as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from maps.figures import Form, drawing, written
from maps.words import Language, number, phrase

#: What each model, subset and order is called; English, keys of the catalogues.
MODELS = {
    "uniform": "chance",
    "near-towns": "near towns",
    "kde-25": "kernel density, 25 km",
    "kde-50": "kernel density, 50 km",
    "kde-100": "kernel density, 100 km",
    "incident-only": "stranding rate alone",
    "model": "model",
}
SUBSETS = {"all": "all ({count} incidents)", "remote": "over 20 km from any place ({count} incidents)"}
ORDERS = {"capture": "worst first", "capture_in_search_order": "search order"}
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
    """Draw the curves in English into a file that ends in .svg or .png; see `capture_figure`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(capture_figure(document, "en", "svg" if path.suffix == ".svg" else "png"))
    return path


def capture_figure(document: dict[str, Any], language: Language, form: Form = "svg") -> bytes:
    """Draw share of incidents found against share of the network searched, a panel for each subset and order.

    Parameters
    ----------
    document : dict
        From `api.usecases.hindcast.hindcast_document`.
    language : Language
    form : str
    """
    from matplotlib.figure import Figure

    subsets = document["subsets"]
    trained = phrase(
        "Hindcast, trained to {until}, scored {first}–{last}",
        language,
        until=document["train_until"],
        first=document["from"][:4],
        last=document["to"][:4],
    )
    with drawing():
        figure = Figure(figsize=(9, 3.4 * len(subsets)), layout="constrained")
        axes = figure.subplots(len(subsets), len(ORDERS), sharex=True, sharey=True, squeeze=False)
        for line, (subset, scores) in zip(axes, subsets.items(), strict=True):
            for axis, key in zip(line, ORDERS, strict=True):
                _panel(axis, document, subset, scores, key, language)
        for axis in axes[:, 0]:
            axis.set_ylabel(phrase("incidents with a segment within 10 km, %", language))
        for axis in axes[-1]:
            axis.set_xlabel(phrase("share of land network km", language))
        axes[0, 0].legend(fontsize=7, loc="upper left")
        figure.suptitle(trained, fontsize=10)
        return written(figure, form)


def _panel(
    axis: Any, document: dict[str, Any], subset: str, scores: dict[str, Any], key: str, language: Language
) -> None:
    shares = [100 * share for share in document["shares_of_network_km"]]
    for name, (colour, width, dash) in STYLES.items():
        if name in scores["models"]:
            found = [100 * value for value in scores["models"][name][key]]
            label = phrase(MODELS[name], language)
            axis.plot(shares, found, dash, color=colour, linewidth=width, marker=".", label=label)
    reachable = 100 * scores["with_a_segment_within_10_km"] / scores["incidents"]
    axis.axhline(reachable, color="#bbbbbb", linewidth=0.8)
    beyond = phrase("no segment within 10 km beyond this", language)
    axis.annotate(beyond, (20, reachable), ha="right", va="bottom", fontsize=7)
    counted = phrase(SUBSETS[subset], language, count=number(scores["incidents"], 0, language))
    axis.set_title(f"{counted}, {phrase(ORDERS[key], language)}", fontsize=9)
    axis.set_xscale("log")
    axis.set_xticks(shares, [f"{share:g} %" for share in shares])
    axis.minorticks_off()
    axis.grid(alpha=0.3)
