"""Work cut into pieces and spread: over threads, processes of this machine, or a Dask cluster given by its address.

Whoever cuts the work does so without looking at the workers, and puts the results together by piece: then they are the
same wherever the pieces were done. A worker that dies costs time: its pieces are done again by another.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from api.shelf import program_digest
from data.errors import BadInput, NoAnswer

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")

#: Address of the Dask scheduler that shares out the service's jobs.
ENVIRONMENT = "GUELTA_SCHEDULER"
#: Memory of each process of this machine; Dask ends one that takes more, and starts it anew.
WORKER_BYTES = 1_500_000_000
#: Most threads that share the work where nothing else is asked for; each takes some 150 MB for rasters.
_THREADS = 4
#: Pieces under way or waiting for each worker; bounds what lies finished and not yet taken.
_AHEAD = 3
#: Seconds in which a scheduler, and a first worker, must answer.
_PATIENCE_S = 15
#: For glibc in processes of this machine: memory of large arrays is kept for the next ones. As Dask sets it, each is
#: given back, which was seen to cost half as much time again.
_KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": 1 << 28, "MALLOC_MMAP_THRESHOLD_": 1 << 25}
_OTHER_PROGRAM = (
    "the cluster runs another version of guelta, or of its libraries, than this machine: make them the same"
)
_ADDRESS = re.compile(r"(tcp|tls|ucx)://\S+:\d+")


@dataclass(frozen=True)
class Engine:
    """Where work is done.

    Attributes
    ----------
    workers : int
        Processes started on this machine for it; 0 for threads of this process.
    scheduler : str
        Address of a Dask scheduler, as tcp://10.0.0.5:8786; "" for this machine. Its workers run the same version of
        this project.
    threads : int
        Threads where there is neither.

    Raises
    ------
    BadInput
        For an address that is none, or workers beside a scheduler, which has its own.
    """

    workers: int = 0
    scheduler: str = ""
    threads: int = min(_THREADS, os.cpu_count() or 1)

    def __post_init__(self) -> None:
        faults = []
        if self.workers < 0 or self.threads < 1:
            faults.append("workers: a whole number from 1 on")
        if self.scheduler and not _ADDRESS.fullmatch(self.scheduler):
            faults.append(f"scheduler: '{self.scheduler}' is no address; write it as tcp://10.0.0.5:8786")
        if self.scheduler and self.workers:
            faults.append("workers and scheduler: give one, a scheduler has workers of its own")
        if faults:
            raise BadInput(faults)

    @classmethod
    def of_service(cls) -> Engine:
        """Return the engine of the service's jobs: the scheduler that `ENVIRONMENT` names, else threads."""
        return cls(scheduler=os.environ.get(ENVIRONMENT, ""))


#: Threads of this process.
HERE = Engine()


def spread(
    work: Callable[[Shared, Item], Result], shared: Shared, items: Iterable[Item], engine: Engine = HERE
) -> Generator[tuple[Item, Result], None, None]:
    """Do a piece of work for each item and yield them with their results, as they are done.

    Only a few more pieces than there are workers are under way, so that results do not pile up. Closing the generator
    ends all that is under way.

    Parameters
    ----------
    work : callable
        A function of a module that workers can import, of `shared` and an item; called again where a worker dies.
    shared : object
        Sent to each worker once.
    items : iterable
    engine : Engine

    Yields
    ------
    tuple
        Item and result, in no order.

    Raises
    ------
    BadInput
        If no scheduler answers, or its workers lack the project.
    NoAnswer
        If workers die again and again over the same piece, or the cluster goes away.
    """
    with _pool(engine, shared) as pool:
        ahead, waiting = iter(items), dict[Future[Result], Item]()
        try:
            while True:
                for item in islice(ahead, max(0, pool.room() - len(waiting))):
                    waiting[pool.submit(work, pool.shared, item)] = item
                if not waiting:
                    return
                for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                    yield waiting.pop(future), future.result()
        finally:
            for future in waiting:
                future.cancel()


@dataclass(frozen=True)
class _Pool:
    submit: Callable[..., Future[Any]]
    shared: Any
    room: Callable[[], int]


@contextmanager
def _pool(engine: Engine, shared: object) -> Iterator[_Pool]:
    if not (engine.workers or engine.scheduler):
        with ThreadPoolExecutor(engine.threads) as threads:
            yield _Pool(threads.submit, shared, lambda: _AHEAD * engine.threads)
        return
    from distributed import KilledWorker

    try:
        with _client(engine) as client:
            # a task rather than scattered data: were the only worker that holds it to die, it would be done again
            there = client.submit(_same, shared, pure=False)
            submit = partial(client.get_executor(pure=False).submit, _done_there, program_digest())
            yield _Pool(submit, there, lambda: _AHEAD * max(1, sum(client.ncores().values())))
    except KilledWorker:
        raise NoAnswer("workers died again and again over the same piece of work: they may lack memory") from None
    except CancelledError:
        raise NoAnswer("the connection to the cluster was lost") from None
    except ModuleNotFoundError as error:
        raise BadInput(f"the cluster lacks '{error.name}': install this version of guelta there") from None
    except RuntimeError as error:
        # how Dask says that its scheduler could not read what it was sent
        if "deserialization" not in str(error):
            raise
        raise BadInput(_OTHER_PROGRAM) from None


def _same(shared: Shared) -> Shared:
    return shared


def _done_there(program: bytes, work: Callable[[Shared, Item], Result], shared: Shared, item: Item) -> Result:
    """Do a piece of work on a worker, which has to be the same program: another would give other bytes."""
    if program_digest() != program:
        raise BadInput(_OTHER_PROGRAM)
    return work(shared, item)


@contextmanager
def _client(engine: Engine) -> Iterator[Client]:
    import dask
    from distributed import Client

    # what all workers need goes out with the first piece, and is as large as it is
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
        if engine.scheduler:
            with _connected(engine.scheduler) as client:
                yield client
            return
        with local_cluster(engine.workers) as cluster, Client(cluster) as client:
            yield client


def local_cluster(workers: int) -> LocalCluster:
    """Start a scheduler and processes on the loopback of this machine, of one thread and bounded memory each."""
    import dask
    from distributed import LocalCluster

    name = "distributed.nanny.pre-spawn-environ"
    with dask.config.set({name: {**dask.config.get(name), **_KEEP_MEMORY}}):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            memory_limit=WORKER_BYTES,
            silence_logs=logging.CRITICAL,
            preload=["api.local_worker"],
        )


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    from distributed import Client

    try:
        client = Client(address, timeout=_PATIENCE_S)
    except (OSError, TimeoutError) as error:
        raise BadInput(f"no scheduler answers at {address}: {str(error).splitlines()[0]}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except TimeoutError:
            raise BadInput(f"the scheduler at {address} has no workers") from None
        yield client
