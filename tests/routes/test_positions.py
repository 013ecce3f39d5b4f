import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import BadInput
from data.region_pack import load_region
from routes.positions import fold, read_position

PLACES = load_region().places


@pytest.mark.parametrize("text", ["dirkou", "Dirkou", "DIRKOU ", "دركو"])
def test_names_in_three_languages(text):
    assert read_position(text, PLACES).place_id == "dirkou"


@pytest.mark.parametrize("text", ["seguedine", "Séguédine", "SEGUEDINE"])
def test_accents_and_case_do_not_matter(text):
    assert read_position(text, PLACES).place_id == "seguedine"


def test_french_names():
    assert read_position("Le Caire", PLACES).place_id == "cairo"
    assert read_position("Alger", PLACES).place_id == "algiers"


#: The same point, 18°41'07" N 12°55'00" E, in the ways people write it (checked with pyproj and NGA's MGRS library).
@pytest.mark.parametrize(
    "text",
    [
        "18.68528, 12.91667",
        "18.68528 12.91667",
        "18.68528;12.91667",
        "18,68528 12,91667",
        "18°41'07\"N 12°55'00\"E",
        "18°41′07″N, 12°55′E",
        "N18°41'07\" E12°55'00\"",
        "18 41 07 N 12 55 00 E",
        "18d41m07sN 12d55m00sE",
        "33Q 280272 2067274",
        "33QTA8027267274",
        "33Q TA 80272 67274",
    ],
)
def test_one_point_in_many_writings(text):
    found = read_position(text, PLACES)
    assert found.lat == pytest.approx(18.68528, abs=2e-4) and found.lon == pytest.approx(12.91667, abs=2e-4)


@pytest.mark.parametrize(
    "text",
    [
        "18°59.9'N 12°54.0'E",
        "18 59.9N 12 54.0E",
        "N 18 59.9 E 12 54.0",
        "18°59.9N, 12°54E",
        "18d59.9N 12d54E",
        "18°59,9’N 12º54'E",
        "18.99833N 12.9E",
        "N18.99833 E12.9",
        "١٨٫٩٩٨٣٣, ١٢٫٩",
    ],
)
def test_degrees_and_minutes_with_or_without_marks(text):
    """A minute read as a second is 150 km at worst: the order of the numbers decides, not the marks."""
    found = read_position(text, PLACES)
    assert (found.lat, found.lon) == (pytest.approx(18.99833, abs=1e-4), pytest.approx(12.9, abs=1e-4))


def test_a_utm_band_that_contradicts_the_northing_is_refused():
    with pytest.raises(BadInput, match="band S"):
        read_position("32S 392000 1877000", PLACES)


def test_invisible_marks_are_ignored():
    assert read_position("\u200f16.973,7.991\ufeff", PLACES).lat == 16.973


def test_ouest_is_west():
    assert read_position("20°56'N 17°02'O", PLACES).lon == pytest.approx(-17.0333, abs=1e-4)


@pytest.mark.parametrize(
    "text, fault",
    [
        ("12.895,19.005", "looks swapped"),
        ("95,200", "no latitude and longitude"),
        ("60,10", "outside the region"),
        ("agades", "did you mean agadez"),
        ("18°61'N 12°E", "below 60"),
        ("99Q 280271 2067273", "zone 99"),
        ("nowhere at all", "is not known"),
        ("", "is not known"),
    ],
)
def test_what_is_not_understood_is_one_clear_line(text, fault):
    with pytest.raises(BadInput) as caught:
        read_position(text, PLACES)
    assert len(caught.value.faults) == 1 and fault in caught.value.faults[0]


def test_a_swap_is_asked_about_with_both_readings():
    with pytest.raises(BadInput) as caught:
        read_position("12.895,19.005", PLACES)
    assert "latitude 12.895, longitude 19.005" in str(caught.value) and "'19.005,12.895'" in str(caught.value)


@given(st.sampled_from(list(PLACES.index)))
def test_every_place_is_found_at_its_own_coordinates(place_id):
    place = PLACES.loc[place_id]
    found = read_position(f"{place['lat']},{place['lon']}", PLACES)
    assert (found.lat, found.lon) == (place["lat"], place["lon"])


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_in_lines(text):
    try:
        read_position(text, PLACES)
    except BadInput as error:
        assert all("\n" not in fault for fault in error.faults)


def test_names_are_unique_after_folding():
    for column in ("name", "name_fr", "name_ar"):
        folded = PLACES[column].map(fold)
        assert folded.is_unique, folded[folded.duplicated(keep=False)]
