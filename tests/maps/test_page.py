import re

import pytest
from tests_days import JUNE

from api.usecases.page import make_page
from maps.page import _json
from maps.sentences import SENTENCES
from maps.words import LANGUAGES, catalogue, number, phrase


@pytest.fixture(scope="module")
def page(context, june_plan) -> str:
    return make_page(context, JUNE, "fr", june_plan)


def test_no_message_is_missing_in_any_language():
    keys = {language: set(catalogue(language)) for language in LANGUAGES}
    assert keys["fr"] == keys["en"] == keys["ar"]
    for language in LANGUAGES:
        for key, text in catalogue(language).items():
            assert text, (language, key)
            assert set(re.findall(r"{\w+}", key)) == set(re.findall(r"{\w+}", text)), (language, key)


def test_every_remark_has_words():
    for text in SENTENCES.values():
        assert text in catalogue("en")


def test_words_of_the_page_script_are_in_the_catalogues():
    from maps.page import ASSETS

    script = (ASSETS / "page.js").read_text()
    for key in re.findall(r'text\("([^"+]+)"\)', script):
        assert key in catalogue("en"), key


def test_words_of_the_data_are_in_the_catalogues():
    from data.schemas import INCIDENT_CAUSES, LEG_MODES, WATER_KINDS, WATER_RELIABILITIES

    for key in (*INCIDENT_CAUSES, *LEG_MODES, *WATER_KINDS, *WATER_RELIABILITIES):
        assert key in catalogue("ar"), key


def test_an_unknown_phrase_is_an_error():
    with pytest.raises(KeyError):
        phrase("never said", "fr")


def test_numbers_in_their_languages():
    assert number(1234.5, 1, "fr").replace("\u202f", " ") == "1 234,5"
    assert number(1234.5, 1, "ar") == "1,234.5"


def test_the_page_asks_nobody_and_is_light(page):
    # Leaflet's own text names its site in a constant that becomes a link only when its prefix is shown
    assert not re.findall(
        r"""(?:src|href)\s*=\s*["']https?:""", re.sub(r"<script>/\* @preserve.*?</script>", "", page, flags=re.S)
    )
    assert "url(http" not in page and "url(//" not in page
    assert len(page.encode()) < 5_000_000


def test_the_page_says_the_plan_in_three_languages(page, june_plan):
    assert "Plan de patrouille" in page and "Patrol plan" in page and "خطة الدوريات" in page
    assert june_plan.plan_id in page and june_plan.data_version in page
    assert page.count('<section lang="') == 3


def test_data_cannot_end_the_script():
    assert "</script" not in _json({"x": "</script><img onerror=1>"}) and "\\u003c" in _json("<")


def test_hostile_names_stay_text(context, june_plan):
    from dataclasses import replace

    hostile = "</script><img src=x onerror=alert(1)>`${1}"
    places = june_plan.places.copy()
    places.loc["agadez", ["name", "name_fr", "name_ar"]] = hostile
    page = make_page(context, JUNE, "fr", replace(june_plan, places=places))
    assert "<img" not in page


def test_a_page_without_a_plan_lists_the_worst_stretches(context):
    page = make_page(context, JUNE, "ar")
    assert "أخطر عشرة مقاطع" in page and "Les dix tronçons" in page
