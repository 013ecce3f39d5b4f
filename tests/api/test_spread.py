"""Work over workers: the same results wherever it is done, whoever dies meanwhile."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import dask
import pytest
from distributed import Client, LocalCluster
from tests_days import JUNE

from api.spread import Engine, local_cluster, spread
from api.usecases.raster import write_rasters
from data.errors import BadInput, NoAnswer

BOX, CELL_DEG, SIDE = (6.0, 17.0, 12.0, 20.0), 0.05, 16


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    with local_cluster(2) as started:
        yield started


def contents(paths):
    return {path.name: path.read_bytes() for path in paths}


def test_rasters_are_the_same_bytes_on_threads_and_on_a_cluster_that_loses_a_worker(
    context, cluster, tmp_path, monkeypatch
):
    monkeypatch.setattr("api.usecases.raster.BLOCK", SIDE)
    alone = contents(write_rasters(context, JUNE, tmp_path / "one", CELL_DEG, bbox=BOX, engine=Engine(threads=1)))
    assert {"risk.tif", "water.tif"} <= set(alone) and "slope.tif" not in alone
    threads = write_rasters(context, JUNE, tmp_path / "two", CELL_DEG, bbox=BOX, engine=Engine(threads=3))
    assert contents(threads) == alone
    killed = []

    def kill_one(share: float) -> None:
        if not killed:
            with Client(cluster.scheduler_address) as client:
                pids = client.run(os.getpid)
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    engine = Engine(scheduler=cluster.scheduler_address)
    spread_out = write_rasters(context, JUNE, tmp_path / "far", CELL_DEG, kill_one, bbox=BOX, engine=engine)
    assert killed and contents(spread_out) == alone
    assert not [path for path in (tmp_path / "far").iterdir() if path.suffix != ".tif"]


def add(shared: int, item: int) -> int:
    return shared + item


def die(shared: int, item: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return item


def test_all_pieces_are_done_once_and_few_at_a_time():
    taken = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    found = {}
    for item, result in spread(add, 1000, items(), Engine(threads=2)):
        assert len(taken) - len(found) <= 8
        found[item] = result
    assert found == {item: 1000 + item for item in range(100)}


def test_what_is_left_of_stopped_work_is_not_done():
    done = []
    with closing(spread(lambda shared, item: done.append(item), None, range(1000), Engine(threads=1))) as pieces:
        next(pieces)
    assert len(done) <= 5


def test_a_piece_that_kills_every_worker_ends_with_a_reason():
    once = dask.config.set({"distributed.scheduler.allowed-failures": 0})
    with once, pytest.raises(NoAnswer, match="workers died again and again"):
        list(spread(die, 0, [1], Engine(workers=1)))


def test_workers_of_another_version_are_refused(cluster, monkeypatch):
    monkeypatch.setattr("api.spread.program_digest", lambda: b"another")
    with pytest.raises(BadInput, match="another version of guelta"):
        list(spread(add, 0, [1, 2], Engine(scheduler=cluster.scheduler_address)))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"scheduler": "10.0.0.5"}, "is no address"),
        ({"scheduler": "tcp://10.0.0.5:8786", "workers": 2}, "give one"),
        ({"workers": -1}, "workers: a whole number"),
    ],
)
def test_engines_that_cannot_be(given, fault):
    with pytest.raises(BadInput, match=fault):
        Engine(**given)


def test_a_scheduler_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr("api.spread._PATIENCE_S", 1)
    with pytest.raises(BadInput, match="no scheduler answers at tcp://127.0.0.1:9"):
        list(spread(add, 0, [1], Engine(scheduler="tcp://127.0.0.1:9")))
