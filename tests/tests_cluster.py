"""A PostgreSQL cluster with PostGIS in a temporary folder, reached by a socket in it, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path

import psycopg


def programs() -> Path | None:
    """Return the folder of initdb, pg_ctl and PostGIS; None if they are not here."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    for folder in [*folders, *([Path(on_path).resolve().parent] if on_path else [])]:
        told = subprocess.run([folder / "pg_config", "--sharedir"], capture_output=True, text=True)
        if (folder / "initdb").exists() and (Path(told.stdout.strip()) / "extension/postgis.control").exists():
            return folder
    return None


class Cluster:
    """A running cluster; PostgreSQL does not run as root, so root gives it to the user postgres."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._names = count()
        self._as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"] if os.getuid() == 0 else []

    def __enter__(self) -> Cluster:
        # The path of a socket has to be short, which pytest's own folders are not.
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        if self._as_user:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._run("initdb", "-D", self.data, "-U", "guelta", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()
        with self._admin() as admin:
            admin.execute("CREATE DATABASE empty_postgis")
        with psycopg.connect(self._dsn("empty_postgis"), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        # What a killed server has left: it looks like a server that runs.
        for left in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL*")):
            left.unlink(missing_ok=True)
        # After a kill each file of each database would be synced by itself, which takes minutes: sync the disk once.
        sync = "-c recovery_init_sync_method=syncfs"
        options = f"{sync} -c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=60"
        self._run("pg_ctl", "-D", self.data, "-l", self.folder / "log", "-o", options, "-w", "start")

    def kill(self) -> None:
        """Kill the server itself, as by a power cut, and wait until its processes are gone."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in [pid, *map(int, children)]:
            os.kill(each, signal.SIGKILL)
        while any(_alive(each) for each in [pid, *map(int, children)]):
            time.sleep(0.01)

    def new_database(self) -> str:
        """Make an empty database with PostGIS and return its URL."""
        name = f"store{next(self._names)}"
        with self._admin() as admin:
            admin.execute(f"CREATE DATABASE {name} TEMPLATE empty_postgis")
        return f"postgresql://guelta@/{name}?host={self.folder}"

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self._dsn("postgres"), autocommit=True)

    def _dsn(self, name: str) -> str:
        return f"host={self.folder} user=guelta dbname={name}"

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._as_user, str(self._bin / program), *map(str, arguments)]
        # A server must not inherit a pipe, or waiting for its end would never end.
        with (self.folder / f"{program}.out").open("w+") as out:
            done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=out, stderr=out)
            out.seek(0)
            assert done.returncode == 0, out.read()


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
