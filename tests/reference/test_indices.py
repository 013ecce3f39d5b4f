"""Published points of the heat indices, from the validation sets of pythermalcomfort (MIT), and ISO 7243."""

from datetime import date

import numpy as np
import pytest

from risk.climate import DayClimate, hourly_weather
from risk.indices import (
    combine_wbgt_degc,
    globe_degc,
    heat_index_degc,
    utci_degc,
    wbgt_degc,
    wbgt_limit_degc,
    work_share,
)

UTCI = [(25, 27, 50, 1, 25.2), (19, 24, 50, 1, 20.0), (19, 14, 50, 1, 16.8), (27, 22, 50, 1, 25.5),
        (27, 22, 50, 10, 20.0), (27, 22, 50, 16, 15.8), (30, 27, 50, 1, 29.6), (9, 9, 50, 1, 8.7)]  # fmt: skip
WBGT = [
    (17.3, 40, None, 24.1),
    (21.1, 55, None, 31.3),
    (16.7, 40, None, 23.7),
    (25, 30, None, 26.5),
    (25, 32, 20, 25.9),
]
#: ISO 7243:2017, Table A.1: metabolic rate (W) of the classes and the reference value for acclimatised people (degC).
ISO_7243 = [(115, 33), (180, 30), (300, 28), (415, 26), (520, 25)]


@pytest.mark.parametrize("tdb, tr, rh, v, published", UTCI)
def test_utci_points(tdb, tr, rh, v, published):
    from pythermalcomfort.models import utci

    assert utci(tdb=tdb, tr=tr, rh=rh, v=v).utci == pytest.approx(published, abs=0.1 + 1e-9)


@pytest.mark.parametrize("twb, tg, tdb, published", WBGT)
def test_wbgt_points(twb, tg, tdb, published):
    from pythermalcomfort.models import wbgt

    found = wbgt(twb=twb, tg=tg, tdb=tdb, with_solar_load=tdb is not None)
    assert found.wbgt == pytest.approx(published, abs=0.1)


def test_our_combination_is_the_library_s():
    from pythermalcomfort.models import wbgt

    wet, globe, air = np.array([20.0, 25, 17]), np.array([50.0, 32, 40]), np.array([40.0, 20, 35])
    found = wbgt(twb=wet, tg=globe, tdb=air, with_solar_load=True, round_output=False).wbgt
    assert np.allclose(combine_wbgt_degc(wet, globe, air), found)


@pytest.mark.parametrize("metabolic_w, published", ISO_7243)
def test_iso_7243_reference_values(metabolic_w, published):
    assert wbgt_limit_degc(metabolic_w) == pytest.approx(published, abs=1e-9)


def test_the_globe_solves_its_own_balance():
    air, radiant = np.array([40.0, 20.0, 35.0]), np.array([70.0, 20.0, 20.0])
    globe = globe_degc(air, radiant)
    back = ((globe + 273) ** 4 + 1.1e8 * 1.5**0.6 / (0.95 * 0.15**0.4) * (globe - air)) ** 0.25 - 273
    assert back == pytest.approx(radiant, abs=1e-6) and globe[1] == pytest.approx(20.0)


def test_a_june_day_in_the_tenere_stops_hard_work_at_noon_not_at_dawn():
    weather = hourly_weather(
        np.array([19.0]), date(2026, 6, 15), DayClimate(np.array([43.0]), np.array([27.0]), np.array([1.2]))
    )
    heat, share = wbgt_degc(weather)[0], work_share(wbgt_degc(weather))[0]
    assert heat[13] > 29 > heat[5] and share[13] < 0.8 <= share[5]
    assert (np.diff(share[np.argsort(heat)]) <= 1e-9).all()
    assert utci_degc(weather)[0, 12] > 38
    assert heat_index_degc(weather)[0, 14] > 38
