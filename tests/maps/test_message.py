"""An order survives a short message; a wrong character is seen."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.cli.main import exit_code
from data.errors import BadInput
from maps.exporters.json_plan import document
from maps.message import ALPHABET, OrderRun, ShortOrder, check_characters, decode, encode, order_of

LEGS, BASES = [f"leg{number}" for number in range(315)], [f"base{number}" for number in range(226)]
GSM7 = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ")

orders = st.builds(
    ShortOrder,
    st.text("0123456789abcdef", min_size=4, max_size=4),
    st.datetimes(datetime(2024, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(second=0, microsecond=0)
    ),
    st.builds(
        lambda base, convoy, car: f"{base}-{convoy}-v{car}",
        st.sampled_from(BASES),
        st.integers(1, 9),
        st.integers(1, 9),
    ),
    st.lists(st.builds(OrderRun, st.sampled_from(LEGS), st.integers(0, 200), st.integers(0, 200)), max_size=80).map(
        tuple
    ),
)


@settings(deadline=None)
@given(orders, st.randoms())
def test_an_order_comes_back_in_any_order_of_its_parts(order, random):
    parts = encode(order, LEGS, BASES)
    assert all(len(part) <= 160 and set(part) <= GSM7 for part in parts)
    random.shuffle(parts)
    assert decode([part.lower() for part in parts], LEGS, BASES, order.version) == order


@settings(deadline=None, max_examples=200)
@given(orders, st.data())
def test_a_wrong_or_swapped_character_is_seen(order, data):
    parts = encode(order, LEGS, BASES)
    which = data.draw(st.integers(0, len(parts) - 1))
    text = parts[which]
    place = data.draw(st.integers(12, len(text) - 1).filter(lambda at: text[at] in ALPHABET))
    if data.draw(st.booleans()):
        other = data.draw(st.sampled_from([each for each in ALPHABET if each != text[place]]))
        wrong = text[:place] + other + text[place + 1 :]
    else:
        if place + 1 >= len(text) or text[place + 1] not in ALPHABET or text[place + 1] == text[place]:
            return
        wrong = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    with pytest.raises(BadInput):
        decode([*parts[:which], wrong, *parts[which + 1 :]], LEGS, BASES, order.version)


def test_check_characters_of_the_standard():
    """ISO 7064 MOD 1271-36, the standard's own example: ISO 79 has the check characters 3W."""
    assert check_characters("ISO79") == "3W"


def test_the_commands_give_the_plan_s_legs(june_plan, tmp_path, capsys):
    plan = tmp_path / "plan.json"
    content = document(june_plan)
    plan.write_text(json.dumps(content))
    for convoy in content["convoys"]:
        name = convoy["vehicles"][0]["vehicle_id"]
        assert exit_code(["order", "encode", str(plan), name]) == 0
        parts = capsys.readouterr().out.splitlines()
        assert exit_code(["order", "decode", *parts, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["vehicle_id"] == name
        assert [run["leg_id"] for run in found["legs"]] == [leg["leg_id"] for leg in convoy["legs"]]
        for run, leg in zip(found["legs"], convoy["legs"], strict=True):
            ends = [leg["segments"][end]["segment_id"].rsplit(":", 1)[1] for end in (0, -1)]
            assert [run["first_segment"], run["last_segment"]] == [int(end) for end in ends]


def test_faults_are_told(june_plan, tmp_path, capsys):
    order = order_of(document(june_plan), "agadez-1-v1")
    legs = [run.leg_id for run in order.runs]
    parts = encode(order, legs, ["agadez"])
    for wrong, words in (
        (["hello"], "no part"),
        ([parts[0][:-1] + ("0" if parts[0][-1] != "0" else "1")], "wrong character"),
        ([], "no part"),
    ):
        with pytest.raises(BadInput, match=words):
            decode(wrong, legs, ["agadez"], order.version)
    with pytest.raises(BadInput, match="data"):
        decode(parts, legs, ["agadez"], "ffff")
    with pytest.raises(BadInput, match="not in the plan"):
        order_of(document(june_plan), "agadez-9-v1")
    other = tmp_path / "x.json"
    other.write_text("[1]")
    assert exit_code(["order", "encode", str(other), "agadez-1-v1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
