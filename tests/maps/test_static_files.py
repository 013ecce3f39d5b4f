"""What is served is what the manifest names; what templates say is in the catalogues."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests_access import client_of

from api.access.setup import Access
from api.context import RegionContext
from maps.frame import TEMPLATES, Filler, Frame, script_json
from maps.static_files import ASSETS, OWN, manifest, static_files, verified
from maps.words import catalogue

_FOREIGN = ("*.js", "*.css", "*.ttf", "*.json")
_OWN_ASSETS = {"page.js", "page.css", "manifest.json"}


@pytest.fixture(scope="module")
def client(context: RegionContext) -> TestClient:
    return client_of(context, Access.closed())


def test_everything_from_elsewhere_is_in_the_manifest_with_its_licence() -> None:
    there = {str(path.relative_to(ASSETS)) for kind in _FOREIGN for path in ASSETS.rglob(kind)} - _OWN_ASSETS
    assert there == set(manifest())
    told = (ASSETS / "README.md").read_text(encoding="utf-8")
    for name, entry in manifest().items():
        assert verified(name) and (ASSETS / entry["licence_file"]).is_file()
        assert entry["package"] in told and entry["version"] in told


def test_a_changed_asset_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"1")
    (tmp_path / "manifest.json").write_text(json.dumps({"a.js": {"sha256": "0" * 64}}))
    for name in ("a.js", "b.js"):
        with pytest.raises(ValueError, match=name):
            verified(name, tmp_path)


def test_files_are_served_under_names_that_change_with_them(client: TestClient) -> None:
    assert {path.name for path in OWN.iterdir()} <= set(static_files())
    for file in static_files().values():
        answer = client.get(f"/static/{file.served_name}")
        assert answer.status_code == 200 and answer.content == file.content == gzip.decompress(file.packed)
        assert answer.headers["content-encoding"] == "gzip" and "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff" and "set-cookie" not in answer.headers
        assert b"url(" not in file.content or not re.search(rb"url\(\s*['\"]?(?!data:|#)", file.content)
    for wrong in ("frame.css", "frame.0000000000.css", "..%2fpage.py", "%2e%2e", "manifest.json"):
        assert client.get(f"/static/{wrong}").status_code == 404


def test_words_of_the_templates_are_in_the_catalogues() -> None:
    told = catalogue("en")
    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.j2")]
    found = [key for text in texts for key in re.findall(r'_\("([^"]+)"', text)]
    assert len(found) > 50 and [key for key in found if key not in told] == []


def test_templates_keep_the_policy_of_pages() -> None:
    own = Path(__file__).parents[2] / "api" / "templates"
    for path in (*TEMPLATES.glob("*.j2"), *own.glob("*.j2")):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|\|\s*safe", text), path
        # a page in one file carries its own, and names their digests in its policy
        if path.name not in ("public_file.html.j2", "analyst_file.html.j2"):
            assert "<style" not in text and not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), (
                path
            )


def test_values_are_escaped_everywhere(tmp_path: Path) -> None:
    hostile = "</script><img src=x onerror=1>"
    (tmp_path / "try.html.j2").write_text(
        '{% extends "frame.html.j2" %}{% block content %}<p title="{{ x }}">{{ x }}</p>'
        '<script type="application/json">{{ x | script_json }}</script>{% endblock %}'
    )
    frame = Frame(hostile, "en", hostile, who="planner", csrf='"><b>')
    text = Filler((tmp_path,)).fill("try", frame, lambda name: name, x=hostile)
    assert "<img" not in text and "<b>" not in text and text.count("</script>") == 1
    assert json.loads(script_json({"a": hostile, "b": "\u2028&"})) == {"a": hostile, "b": "\u2028&"}


def test_text_has_contrast_enough() -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for the focus ring."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    style = (OWN / "frame.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style.replace("#fff;", "#ffffff;")))
    for ground in ("paper", "tint"):
        for name, least in (("ink", 4.5), ("soft", 4.5), ("link", 4.5), ("heat", 4.5), ("focus", 3.0)):
            high, low = sorted((light(colours[name]), light(colours[ground])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= least, (name, ground)
