"""A case as files: a sheet to print, GPX for receivers, GeoJSON for maps, and the record of the search."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from api.context import RegionContext
from api.private_files import write_private
from api.store.errors import Missing
from api.usecases.case_advice import advice_of, searchers_of
from api.usecases.case_facts import case_facts
from api.usecases.case_replay import CaseState
from api.usecases.case_view import case_view
from data.errors import BadInput
from maps.after_action import after_action, record_csv, record_json
from maps.case_geojson import case_geojson
from maps.case_gpx import case_gpx
from maps.case_pdf import case_pdf
from maps.case_view import CaseView
from maps.geotiff import write_geotiff
from maps.words import LANGUAGES, Language
from sar.next_legs import Advice

Progress = Callable[[float], None]

#: Every format there is; rasters need GDAL and are made only when asked for.
FORMATS = ("pdf", "gpx", "geojson", "record", "raster")
USUAL_FORMATS = FORMATS[:-1]


def export_case(
    context: RegionContext, state: CaseState, document: dict[str, Any], folder: Path, *,
    languages: Sequence[str] = LANGUAGES, formats: Sequence[str] = USUAL_FORMATS, advice: Advice | None = None,
    progress: Progress = lambda share: None,
) -> list[Path]:  # fmt: skip
    """Write a case; older exports of it in the folder are removed, in whatever format.

    Parameters
    ----------
    context : RegionContext
    state : CaseState
    document : dict
        Of the same state, as `CaseDesk.show` returns it.
    folder : Path
        Files are readable by their owner alone; a folder that is made, too.
    languages : sequence of str
        Of the sheet: "fr", "en", "ar".
    formats : sequence of str
        Of `FORMATS`.
    advice : Advice, optional
        The one behind the document; worked out again where it is not given and the document has legs.

    Returns
    -------
    list of Path
        In the order of the formats asked for.

    Raises
    ------
    BadInput
        For unknown languages or formats, with all of them; if the folder cannot be made.
    NoAnswer
        If a file cannot be written.
    """
    _check(languages, formats)
    if advice is None and document["next"]:
        advice = advice_of(context, state, searchers_of(context, state)[0], lambda share: progress(0.3 * share))
    view = case_view(context, state, document, advice)
    progress(0.35)
    files: dict[str, bytes] = {}
    for number, kind in enumerate(dict.fromkeys(formats)):
        for name, content in _rendered(context, state, view, kind, [each for each in LANGUAGES if each in languages]):
            files[name] = content
        progress(0.35 + 0.6 * (number + 1) / len(set(formats)))
    paths = write_private(folder, files, exported(state.case_id))
    progress(1.0)
    return paths


def exported(case_id: str) -> re.Pattern[str]:
    """Return what names of exports of a case look like; its log is none of them."""
    kinds = r"(?:fr|en|ar)\.pdf|[A-Za-z0-9][A-Za-z0-9_.-]*\.gpx|geojson|record\.(?:json|csv)|poa\.tif"
    return re.compile(rf"{re.escape(case_id)}\.(?:{kinds})")


def case_file(context: RegionContext, state: CaseState, view: CaseView, name: str) -> bytes:
    """Return one file of a case, under the name that `export_case` gives it; `Missing` if there is none of it."""
    rest = name.removeprefix(f"{state.case_id}.")
    language = next((each for each in LANGUAGES if rest == f"{each}.pdf"), None)
    kind = "pdf" if language else "record" if rest.startswith("record.") else rest.rpartition(".")[2]
    if kind in USUAL_FORMATS:
        for made, content in _rendered(context, state, view, kind, [language] if language else []):
            if made == name:
                return content
    raise Missing(f"{state.case_id}: there is no file '{name[:80]}'")


def _check(languages: Sequence[str], formats: Sequence[str]) -> None:
    faults = [f"'{each}' is no language of the sheet: fr, en, ar" for each in languages if each not in LANGUAGES]
    faults += [f"'{each}' is no format: {', '.join(FORMATS)}" for each in formats if each not in FORMATS]
    if not formats:
        faults.append(f"no format is given: {', '.join(FORMATS)}")
    if "pdf" in formats and not languages:
        faults.append("no language is given for the sheet: fr, en, ar")
    if faults:
        raise BadInput(faults)


def _rendered(
    context: RegionContext, state: CaseState, view: CaseView, kind: str, languages: Sequence[Language]
) -> Iterator[tuple[str, bytes]]:
    case_id = state.case_id
    if kind == "pdf":
        for language in languages:
            yield f"{case_id}.{language}.pdf", case_pdf(view, language)
    elif kind == "gpx":
        yield from case_gpx(view).items()
    elif kind == "geojson":
        yield f"{case_id}.geojson", case_geojson(view)
    elif kind == "record":
        record = after_action(view, case_facts(context, state, view))
        yield f"{case_id}.record.json", record_json(record)
        yield f"{case_id}.record.csv", record_csv(record)
    else:
        yield f"{case_id}.poa.tif", _raster(view)


def _raster(view: CaseView) -> bytes:
    tags = {"case_id": view.case_id, "hour": view.now.isoformat(), "data_version": view.data_version}
    with tempfile.TemporaryDirectory() as folder:
        path = write_geotiff(view.poa, Path(folder) / "poa.tif", {**tags, "outside": f"{view.poa_outside:.6f}"})
        return path.read_bytes()
