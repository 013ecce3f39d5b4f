"""Weather files of every family give the values they hold, where and when they hold them, and nothing elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import numpy as np
import pytest
import xarray

from api.cli.main import exit_code
from data.errors import BadInput
from data.grid import RasterGrid
from data.weather_source import read_weather
from risk.climate import saturation_kpa
from risk.weather import WeatherRecord, solar_hours_s, source_label

LON, LAT = np.arange(6.0, 10.01, 0.5), np.arange(20.0, 15.99, -0.5)
HOURS = np.arange(np.datetime64("2026-06-14T00", "h"), np.datetime64("2026-06-17T00", "h"))


def kelvin(hours: int = len(HOURS)) -> np.ndarray:
    """Temperature that names its place and hour: 300 K + lon + lat / 100 + hour / 1000."""
    t, y, x = np.meshgrid(np.arange(hours), LAT, LON, indexing="ij")
    return (300 + x + y / 100 + t / 1000).astype(np.float32)


def seconds(text: str) -> np.ndarray:
    return np.array([[datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()]])


def at(field, variable, lon, lat, text):
    return float(field.sample(variable, np.array([lon]), np.array([lat]), seconds(text))[0, 0])


def era5(path, time="valid_time", **more):
    axes = ((time, HOURS.astype("datetime64[ns]")), ("latitude", LAT), ("longitude", LON))
    data = {
        "t2m": ([axis for axis, _ in axes], kelvin()),
        "d2m": ([axis for axis, _ in axes], kelvin() - 25),
        **more,
    }
    xarray.Dataset(data, coords=dict(axes), attrs={"history": "reanalysis-era5-single-levels"}).to_netcdf(path)
    return path


# sources --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("time", ["time", "valid_time"])
def test_era5_netcdf_gives_its_cells_and_nothing_beyond(tmp_path, time):
    field = read_weather(era5(tmp_path / "era5.nc", time))
    assert field.name == "ERA5"
    assert at(field, "air_degc", 7.5, 18.0, "2026-06-15T06:00") == pytest.approx(
        300 + 7.5 + 0.18 + 0.030 - 273.15, 1e-5
    )
    assert at(field, "dew_degc", 7.5, 18.0, "2026-06-15T06:30") == pytest.approx(275 + 7.68 + 0.0305 - 273.15, abs=1e-3)
    between = at(field, "air_degc", 7.75, 18.0, "2026-06-15T06:00")
    assert 34.5 < between < 35.0
    assert np.isnan(at(field, "air_degc", 13.0, 18.0, "2026-06-15T06:00"))  # beyond its cells
    assert np.isnan(at(field, "air_degc", 7.5, 18.0, "2026-06-18T06:00"))  # beyond its hours
    assert np.isnan(at(field, "global_wm2", 7.5, 18.0, "2026-06-15T06:00"))  # not in the file


def test_era5_with_a_preliminary_half_is_whole(tmp_path):
    values = np.full((len(HOURS), 2, len(LAT), len(LON)), np.nan, dtype=np.float32)
    values[:40, 0], values[40:, 1] = kelvin()[:40], kelvin()[40:]
    path = tmp_path / "expver.nc"
    coords = {"time": HOURS.astype("datetime64[ns]"), "expver": [1, 5], "latitude": LAT, "longitude": LON}
    xarray.Dataset({"t2m": (list(coords), values)}, coords=coords).to_netcdf(path)
    field = read_weather(path)
    for text, hour in (("2026-06-14T10:00", 10), ("2026-06-16T20:00", 68)):
        assert at(field, "air_degc", 8.0, 17.0, text) == pytest.approx(35.02 + hour / 1000, abs=1e-3)


@pytest.mark.parametrize("since", ["hour", "midnight", "start"])
def test_radiation_is_the_mean_of_its_hour_however_it_was_summed(tmp_path, since):
    hour = np.arange(len(HOURS))
    watts = 1000 * np.clip(np.sin((hour % 24 - 6.5) / 12 * np.pi), 0, None)  # mean of the hour before the stamp
    sums = watts * 3600
    if since == "midnight":  # ERA5-Land: the sum at 00 is that of the day before
        sums = np.concatenate([[0.0], *(np.cumsum(sums[1 + day : 25 + day]) for day in (0, 24, 48))])[: len(hour)]
    if since == "start":
        sums = np.cumsum(sums)
    cells = np.broadcast_to(sums[:, None, None], (len(hour), len(LAT), len(LON))).astype(np.float32)
    path = era5(tmp_path / f"{since}.nc", ssrd=(["valid_time", "latitude", "longitude"], cells))
    field = read_weather(path)
    assert at(field, "global_wm2", 8.0, 18.0, "2026-06-15T11:30") == pytest.approx(watts[36], rel=1e-4)
    assert at(field, "global_wm2", 8.0, 18.0, "2026-06-15T23:30") == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("every", [3, 6])
def test_era5_taken_every_few_hours_still_sums_one_hour(tmp_path, every):
    hour = np.arange(len(HOURS))
    watts = 1000 * np.clip(np.sin((hour % 24 - 6.5) / 12 * np.pi), 0, None)
    cells = np.broadcast_to((watts * 3600)[:, None, None], (len(hour), len(LAT), len(LON))).astype(np.float32)
    whole = xarray.open_dataset(era5(tmp_path / "all.nc", ssrd=(["valid_time", "latitude", "longitude"], cells))).load()
    path = tmp_path / "some.nc"
    whole.isel(valid_time=slice(0, None, every)).to_netcdf(path)
    assert at(read_weather(path), "global_wm2", 8.0, 18.0, "2026-06-15T11:30") == pytest.approx(watts[36], rel=1e-4)


def test_a_forecast_s_steps_may_grow(tmp_path):
    """Since the start, every 3 h for two days, then every 6 h."""
    hour = np.arange(len(HOURS))
    watts = 1000 * np.clip(np.sin((hour % 24 - 6.5) / 12 * np.pi), 0, None)
    sums = np.broadcast_to(np.cumsum(watts * 3600)[:, None, None], (len(hour), len(LAT), len(LON))).astype(np.float32)
    whole = xarray.open_dataset(era5(tmp_path / "all.nc", ssrd=(["valid_time", "latitude", "longitude"], sums))).load()
    path = tmp_path / "steps.nc"
    whole.isel(valid_time=[*range(0, 49, 3), *range(54, 72, 6)]).to_netcdf(path)
    field = read_weather(path)
    for text, span in (("2026-06-15T10:30", slice(34, 37)), ("2026-06-16T09:00", slice(55, 61))):
        assert at(field, "global_wm2", 8.0, 18.0, text) == pytest.approx(watts[span].mean(), rel=1e-3)


def test_temperatures_go_by_their_unit(tmp_path):
    axes = {"time": HOURS.astype("datetime64[ns]"), "latitude": LAT, "longitude": LON}
    for unit, value in (("degF", 104.0), ("K", 313.15), ("degC", 40.0), ("", 313.15)):
        path = tmp_path / f"{unit}.nc"
        data = np.full((len(HOURS), len(LAT), len(LON)), value, dtype=np.float32)
        xarray.Dataset({"t2m": (list(axes), data, {"units": unit} if unit else {})}, coords=axes).to_netcdf(path)
        assert at(read_weather(path), "air_degc", 8.0, 18.0, "2026-06-15T11:30") == pytest.approx(40.0, abs=1e-3)


def grib(path, names=("2t", "2d")):
    import eccodes

    with path.open("wb") as file:
        for step in range(0, 73, 3):
            for name in names:
                message = eccodes.codes_grib_new_from_samples("regular_ll_sfc_grib2")
                for key, value in {
                    "dataDate": 20260614,
                    "dataTime": 0,
                    "stepRange": step,
                    "Ni": len(LON),
                    "Nj": len(LAT),
                    "longitudeOfFirstGridPointInDegrees": LON[0],
                    "longitudeOfLastGridPointInDegrees": LON[-1],
                    "latitudeOfFirstGridPointInDegrees": LAT[0],
                    "latitudeOfLastGridPointInDegrees": LAT[-1],
                    "iDirectionIncrementInDegrees": 0.5,
                    "jDirectionIncrementInDegrees": 0.5,
                    "shortName": name,
                    "bitsPerValue": 24,
                }.items():
                    eccodes.codes_set(message, key, value)
                values = kelvin(step + 1)[step] - (25 if name == "2d" else 0)
                eccodes.codes_set_values(message, values.ravel().astype(float))
                eccodes.codes_write(message, file)
                eccodes.codes_release(message)
    return path


def test_an_ecmwf_forecast_in_grib_gives_its_cells(tmp_path):
    field = read_weather(grib(tmp_path / "oper.grib2"))
    assert field.name == "ECMWF"
    assert at(field, "air_degc", 7.5, 18.0, "2026-06-15T06:00") == pytest.approx(34.56, abs=1e-3)
    assert at(field, "dew_degc", 7.5, 18.0, "2026-06-15T07:30") == pytest.approx(9.5615, abs=1e-3)
    assert list(tmp_path.iterdir()) == [tmp_path / "oper.grib2"]  # no index beside the user's file


def open_meteo(lon=8.0, lat=17.0, **hourly):
    times = [str(hour) for hour in HOURS.astype("datetime64[m]")]
    air = [30 + 10 * np.sin((hour % 24 - 9) / 12 * np.pi) for hour in range(len(HOURS))]
    return {
        "latitude": lat,
        "longitude": lon,
        "utc_offset_seconds": 3600,
        "hourly_units": {"temperature_2m": "°C"},
        "hourly": {"time": times, "temperature_2m": air, "relative_humidity_2m": [20.0] * len(times), **hourly},
    }


def test_open_meteo_is_read_in_its_own_zone_and_units(tmp_path):
    path = tmp_path / "meteo.json"
    path.write_text(json.dumps(open_meteo(shortwave_radiation=[500.0] * len(HOURS))))
    field = read_weather(path)
    assert at(field, "air_degc", 8.0, 17.0, "2026-06-15T14:00") == pytest.approx(40.0)  # 15 h at UTC+1
    dew = np.array(at(field, "dew_degc", 8.0, 17.0, "2026-06-15T14:00"))
    assert saturation_kpa(dew) / saturation_kpa(np.array(40.0)) == pytest.approx(0.2, rel=1e-3)
    assert at(field, "air_degc", 8.2, 17.0, "2026-06-15T14:00") == pytest.approx(40.0)  # 21 km away
    assert np.isnan(at(field, "air_degc", 9.0, 17.0, "2026-06-15T14:00"))
    several = [open_meteo(), open_meteo(12.0)]
    several[1]["hourly_units"]["temperature_2m"] = "°F"
    several[1]["hourly"]["temperature_2m"] = [104.0] * len(HOURS)
    other = tmp_path / "several.json"
    other.write_text(json.dumps(several))
    assert at(read_weather(other), "air_degc", 12.0, 17.0, "2026-06-15T14:00") == pytest.approx(40.0, abs=1e-4)


def test_gaps_of_a_file_stay_gaps(tmp_path):
    document = open_meteo()
    document["hourly"]["temperature_2m"][30] = None
    path = tmp_path / "gap.json"
    path.write_text(json.dumps(document))
    field = read_weather(path)
    assert np.isnan(at(field, "air_degc", 8.0, 17.0, "2026-06-15T05:00"))
    assert np.isfinite(at(field, "air_degc", 8.0, 17.0, "2026-06-15T08:00"))


def broken(tmp_path):
    empty = tmp_path / "empty.nc"
    empty.write_bytes(b"")
    rain = tmp_path / "rain.nc"
    coords = {"time": HOURS.astype("datetime64[ns]"), "latitude": LAT, "longitude": LON}
    xarray.Dataset({"tp": (list(coords), kelvin())}, coords=coords).to_netcdf(rain)
    polar = tmp_path / "polar.nc"
    coords["latitude"] = LAT + 60
    xarray.Dataset({"t2m": (list(coords), kelvin())}, coords=coords).to_netcdf(polar)
    cut = tmp_path / "cut.nc"
    cut.write_bytes(rain.read_bytes()[:300])
    half = tmp_path / "half.json"
    half.write_text('{"latitude": 17.0, "longitude": 8.0, "hourly": {"time": ["2026-06-15T00:00"]}}')
    text = tmp_path / "text.json"
    text.write_text('{"latitude": 17.0, "longitude')
    uneven = tmp_path / "uneven.json"
    uneven.write_text(json.dumps(open_meteo(relative_humidity_2m=[20.0])))
    rough = tmp_path / "cut.grib2"
    rough.write_bytes(grib(tmp_path / "whole.grib2").read_bytes()[:150])
    wild = []
    for name, value in (("fill", 9999.0), ("hollow", np.nan)):
        wild.append(tmp_path / f"{name}.nc")
        coords["latitude"] = LAT
        cells = np.full((len(HOURS), len(LAT), len(LON)), value, dtype=np.float32)
        xarray.Dataset({"t2m": (list(coords), cells)}, coords=coords).to_netcdf(wild[-1])
    for name, change in (
        ("huge", {"temperature_2m": [1e30] * len(HOURS)}),
        ("joules", {"shortwave_radiation": [3e6] * len(HOURS)}),
        ("nested", {"temperature_2m": [[1]] * len(HOURS)}),
    ):
        wild.append(tmp_path / f"{name}.json")
        wild[-1].write_text(json.dumps(open_meteo(**change)))
    wild.append(tmp_path / "units.json")
    wild[-1].write_text(json.dumps({**open_meteo(), "hourly_units": []}))
    return [empty, rain, polar, cut, half, text, uneven, rough, *wild, tmp_path / "none.nc"]


def test_files_that_are_no_use_get_one_line(tmp_path):
    for path in broken(tmp_path):
        with pytest.raises(BadInput) as error:
            read_weather(path)
        assert len(error.value.faults) == 1 and "\n" not in error.value.faults[0], path.name
        assert path.name in error.value.faults[0]


# use ------------------------------------------------------------------------------------------------------------------
def test_every_value_knows_its_source(context, tmp_path):
    record = WeatherRecord(
        context.pack.climate_stations, context.pack.climate_normals, read_weather(era5(tmp_path / "era5.nc"))
    )
    usual = WeatherRecord(record.stations, record.normals)
    lon, lat = np.array([8.0, 8.0, 20.0]), np.array([18.0, 15.6, 18.0])
    found, plain = (each.hours(lon, lat, date(2026, 6, 16)) for each in (record, usual))
    assert found.from_file["air"].tolist()[0] == [True] * 24
    assert not found.from_file["air"][2].any() and not found.from_file["radiation"].any()
    assert (found.air_degc[2] == plain.air_degc[2]).all() and (found.air_degc[0] != plain.air_degc[0]).all()
    told = record.file.sample("air_degc", lon, lat, solar_hours_s(lon, date(2026, 6, 16)))
    assert np.nanmax(np.abs(told - np.where(found.from_file["air"], found.air_degc, np.nan))) == 0
    label = source_label(found, record, 0)
    assert label == {"air": "ERA5", "humidity": "ERA5", "radiation": "clear sky"}
    partly = record.hours(lon, lat, date(2026, 6, 14))
    assert source_label(partly, record, 0)["air"].startswith("ERA5 (")
    assert source_label(plain, usual)["air"] == "climate normals"


def test_a_weather_file_wins_over_climate_rasters(context, tmp_path):
    field = read_weather(era5(tmp_path / "era5.nc"))
    values = np.full((40, 60), 40.0, dtype=np.float32)
    rasters = {
        name: RasterGrid(values - shift, 0.0, 30.0, 0.5, name, "degC", "Normals of a test")
        for month in (6, 7)
        for name, shift in ((f"tmax-{month:02d}", 0), (f"tmin-{month:02d}", 15))
    }
    plain = WeatherRecord(context.pack.climate_stations, context.pack.climate_normals, field)
    record = WeatherRecord(plain.stations, plain.normals, field, rasters)
    at = np.array([8.0, 20.0, 40.0]), np.array([18.0, 18.0, 18.0]), date(2026, 6, 16)
    found, before = record.hours(*at), plain.hours(*at)
    assert (found.air_degc[0] == before.air_degc[0]).all() and (found.air_degc[2] == before.air_degc[2]).all()
    assert found.air_degc[1].max() == pytest.approx(40, abs=0.2)
    assert found.air_degc[1].min() == pytest.approx(25, abs=0.7)
    labels = [source_label(found, record, row)["air"] for row in range(3)]
    assert labels == ["ERA5", "Normals of a test", "climate normals"]


def test_days_follow_one_another(context, tmp_path):
    record = WeatherRecord(
        context.pack.climate_stations, context.pack.climate_normals, read_weather(era5(tmp_path / "era5.nc"))
    )
    lon, lat = np.array([8.0]), np.array([18.0])
    three = record.hours(lon, lat, date(2026, 6, 14), 3)
    assert three.air_degc.shape == (1, 72)
    assert three.air_degc[0, 24:48] == pytest.approx(record.hours(lon, lat, date(2026, 6, 15)).air_degc[0])
    assert record.covered_days(date(2026, 6, 14)) == 3


def test_the_commands_take_a_weather_file(context, tmp_path, capsys):
    document = open_meteo(12.0, 19.0)
    document["hourly"]["temperature_2m"] = [48.0] * len(HOURS)
    path = tmp_path / "hot.json"
    path.write_text(json.dumps(document))
    hours = {}
    for name, more in (("usual", []), ("hot", ["--weather", str(path)])):
        start = ["--start", "2026-06-14T09:00Z", "--people", "4", "--behaviour", "stay"]
        assert exit_code(["survive", "19.0,12.0", *start, *more, "--json"]) == 0
        hours[name] = json.loads(capsys.readouterr().out)
    assert hours["hot"]["hours_p50"] < 0.8 * hours["usual"]["hours_p50"]
    assert hours["hot"]["weather"]["source"]["air"].startswith("Open-Meteo (")
    first = hours["hot"]["weather"]["hours"][0]
    assert first["air_degc"] == pytest.approx(48.0) and first["from_file"] == ["air", "humidity"]
    assert not hours["usual"]["weather"]["hours"][0]["from_file"]
    assert exit_code(["risk", "--date", "2026-06-15", "--weather", str(path), "--top", "9000", "--json"]) == 0
    risk = json.loads(capsys.readouterr().out)
    told = [each for each in risk["segments"] if each["weather_hours_from_file"] == 24]
    assert 0 < len(told) < 60 and all(each["tmax_degc"] == pytest.approx(48.0) for each in told)
    assert "Open-Meteo for" in risk["weather"]
    assert exit_code(["risk", "--weather", str(tmp_path / "none.nc")]) == 2
    assert "none.nc" in capsys.readouterr().err
