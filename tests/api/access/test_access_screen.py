"""Texts as people write them: what must not be kept goes, everything else stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.screen import ALL, MESSAGES, WORDS_OF_PLACES, refuse, screened, spans
from data.errors import BadInput

PHONES = [
    "call +227 96 12 34 56 now",
    "appeler le 96 12 34 56",
    "son numéro: 90123456",
    "00227 90 12 34 56",
    "Algérie 0551 23 45 67",
    "+213 551 23 45 67 ou +218 91 234 5678",
    "Libya 091-234 5678",
    "0912345678",
    "tel. 20 73 20 21",
    "هاتف ٠٩١٢٣٤٥٦٧٨",
    "اتصل ٩٦١٢٣٤٥٦",
    "whatsapp +235 66 12 34 56",
    "Thuraya +88216 21234567",
    "thuraya 8821621234567",
    "his number (+227) 96.12.34.56.",
    "+227\u00a096\u00a012\u00a034\u00a056",
    "९६१२३४५६ phone ٩٦ ١٢ ٣٤ ٥٦",
    "tél : 227 96 12 34 56",
]
MAILS = [
    "write to a.b@example.org",
    "b(at)example(dot)org",
    "contact arobase example point org",
    "ل a@b.co ا",
    "john at gmail.com",
    "j.d@x-y.co.uk",
]
POSITIONS = [
    "at 19.05, 12.10",
    "19,0512 12,1034",
    "19.05N 12.1E",
    "N19.05 E012.10",
    "19°03'12\"N 12°06'00\"E",
    "19° 03.2' N",
    "32Q MG 12345 67890",
    "32QMG1234567890",
    "32 Q 437412 2104321",
    "lat 19.05 lon 12.1",
    "latitude: 19.05",
    "19 03 12 N, 12 06 00 E",
    "-19.0512;12.1034",
    "٢٠٫١٢٣٤، ١٢٫٣٤٥٦",
    "19.0512 nord",
    "geo:19.05,12.1",
    "https://www.google.com/maps?q=19.05,12.1",
    "https://maps.app.goo.gl/abc",
    "6FWF3C2Q+5X",
    "///filled.count.soap",
]
PLAIN = [
    "27 people, broken down 90 km west of Dirkou since yesterday morning, 40 litres left, some started walking north",
    "25 personnes en panne à 80 km à l'ouest de Dirkou depuis hier, 12,5 litres d'eau",
    "clear to km 140 from Dirkou towards Achegour",
    "sandstorm 14-18 h, visibility 2 km",
    "seen at 16:30 on 2026-06-15, car-1 ready 2026-06-15T12:00Z",
    "le 15/06/2026 à 14h30, 3 voitures, 1200 l",
    "see C-20260615-01",
    "١٥ شخصا قرب أغاديز منذ ٣ أيام",
    "water 0.8 km away, 1.5 l each, 2.25 l in all",
    "group of 100, 40 of them children; 500 km to go, 48 hours",
    "weights 0.60 stayed, 0.40 walked",
    "frequency 156.8",
    "left 3 people at Achegour.They wait, car at 2.5 km",
]


@pytest.mark.parametrize("text", PHONES)
def test_telephone_numbers_go(text: str) -> None:
    for kinds in (ALL, MESSAGES):
        answer = screened(text, kinds)
        assert "phone" in answer.found or (kinds is ALL and answer.found)
        assert sum(letter.isdigit() for letter in answer.text) <= 4


@pytest.mark.parametrize("text", MAILS)
def test_mail_addresses_go(text: str) -> None:
    for kinds in (ALL, MESSAGES, WORDS_OF_PLACES):
        assert screened(text, kinds).found == ("mail",)


@pytest.mark.parametrize("text", POSITIONS)
def test_coordinates_go_from_notes(text: str) -> None:
    answer = screened(text)
    assert set(answer.found) == {"position"}
    assert sum(letter.isdigit() for letter in answer.text) <= 2


@pytest.mark.parametrize("text", POSITIONS)
def test_coordinates_stay_where_positions_belong(text: str) -> None:
    assert screened(text, WORDS_OF_PLACES) == screened(text, frozenset())
    assert screened(text, MESSAGES).text == text


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_stay(text: str) -> None:
    assert screened(text).text == text


def test_a_fault_does_not_repeat_what_it_found() -> None:
    with pytest.raises(BadInput) as caught:
        refuse("call 96 12 34 56", "reason")
    assert "96" not in str(caught.value) and "phone" in str(caught.value)
    assert refuse("no hope left", "reason") == "no hope left"


@given(st.text(max_size=200))
def test_any_text_is_screened_once_and_for_all(text: str) -> None:
    once = screened(text)
    assert len(spans(text)) == len(once.found)
    assert not set(screened(once.text).found) - {"phone", "mail", "position"}
    if not once.found:
        assert once.text == text
