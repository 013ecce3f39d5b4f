"""The sheet of a case as PDF: one A4 page in each language."""

from __future__ import annotations

import tempfile
from pathlib import Path

import orjson

from maps.case_map import case_map
from maps.case_sheet import case_document
from maps.case_view import CaseView
from maps.exporters.pdf import ASSETS
from maps.words import Language


def case_pdf(view: CaseView, language: Language) -> bytes:
    """Return the sheet, set by typst with the fonts that ship with the project; it shrinks until one page holds it."""
    import typst

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "case.json").write_bytes(orjson.dumps(case_document(view, language)))
        (root / "map.svg").write_text(case_map(view, language), encoding="utf-8")
        (root / "case.typ").write_bytes((ASSETS / "case.typ").read_bytes())
        pdf: bytes = typst.compile(
            str(root / "case.typ"),
            root=str(root),
            font_paths=[str(ASSETS / "fonts")],
            ignore_system_fonts=True,
            timestamp=int(view.now.timestamp()),
        )
    return pdf
