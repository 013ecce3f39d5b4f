"""Opening the database behind a URL, and the two ways to use it: a reading and a writing transaction."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from api.store.errors import StoreFault
from data.errors import BadInput

#: Seconds a writer waits for another one.
WAIT_S = 60
DEFAULT_URL = "sqlite:///guelta.db"
ENVIRONMENT = "GUELTA_STORE"
_WRITES = "guelta_writes"


class Database:
    """A database with its migrations applied.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.
    create : bool
        Whether a SQLite file that is not there is made.

    Raises
    ------
    BadInput
        If the URL is none of these, or the file is not there.
    StoreFault
        If the database cannot be opened.
    """

    def __init__(self, url: str, create: bool = True) -> None:
        self.url = read_url(url)
        if self.url.drivername == "sqlite" and not create and not Path(self.url.database or "").exists():
            raise BadInput(f"there is no store at {self.url.database}; --store or {ENVIRONMENT} name another")
        self.dialect = "sqlite" if self.url.drivername == "sqlite" else "postgresql"
        self.engine = _sqlite(self.url) if self.dialect == "sqlite" else _postgres(self.url)

    @property
    def shown(self) -> str:
        """The URL as it may be shown, without a password."""
        return self.url.render_as_string(hide_password=True)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the database throughout."""
        with self._told(), self.engine.connect() as connection:
            if self.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose changes are on the disk when the block has ended, or none of them."""
        with self._told(), self.engine.connect() as bare:
            connection = bare.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def tidy(self) -> None:
        """Let what was erased go from the files too, as far as the database can: its copies are out of reach.

        Raises
        ------
        StoreFault
            If somebody else has used the store for so long that this has to be tried again.
        """
        with self._told(), self.engine.connect() as bare:
            connection = bare.execution_options(isolation_level="AUTOCOMMIT")
            if self.dialect == "sqlite":
                # What is moved between pages leaves its bytes behind even under secure_delete: pages are written anew.
                connection.exec_driver_sql("VACUUM")
                if connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]:
                    raise StoreFault(f"{self.shown} is in use, so that what was erased may be in its files still")
            else:
                for table in ("change", "record", "idempotency"):
                    connection.exec_driver_sql(f"VACUUM {table}")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the database says into one line."""
        try:
            yield
        except DBAPIError as error:
            said = " ".join(str(error.orig or error).split())
            raise StoreFault(f"the store at {self.shown} cannot be used: {said[:300]}") from error


def read_url(url: str) -> URL:
    """Read the URL of a store, naming the driver; BadInput for any other database."""
    try:
        read = make_url(url)
    except (ArgumentError, ValueError):
        raise BadInput("the URL of the store is none; write sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    if read.drivername == "sqlite":
        if not read.database or read.database == ":memory:" or read.database.startswith("file:"):
            raise BadInput("the store needs a file: sqlite:///FILE")
        return read
    if read.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return read.set(drivername="postgresql+psycopg")
    raise BadInput(f"the store cannot be kept in {read.drivername[:40]!r}: SQLite or PostgreSQL with PostGIS")


def _sqlite(url: URL) -> Engine:
    path = Path(url.database or "")
    _closed_file(path)
    engine = create_engine(url, connect_args={"timeout": WAIT_S, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _: Any) -> None:
        _wal(connection)
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer takes its place before it reads, so that nothing it has read can change under it.
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT":
            return
        writes = options.get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgres(url: URL) -> Engine:
    # Whatever the server is used to: an answered write is on its disk, and who has waited sees what was written.
    settings = "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed"
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10, "options": settings})


def _closed_file(path: Path) -> None:
    """Make the file for its owner alone; SQLite gives the files beside it the same mode."""
    try:
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(folder)
            os.close(folder)
        except FileExistsError:
            if not path.is_file():
                raise BadInput(f"the store {path} is no file") from None
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise BadInput(f"the store {path} cannot be opened ({error.strerror})") from None


def _wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log; while another process does the same SQLite does not wait by itself."""
    until = time.monotonic() + WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(random.uniform(0.005, 0.03))


def migrate(database: Database) -> None:
    """Bring the tables up to this version; of several processes at once one does it and the others wait.

    Raises
    ------
    StoreFault
        If the tables are of a newer version, or PostGIS is missing.
    """
    from api.store.migrations.head import HEAD

    with suppress(StoreFault), database.reading() as connection:
        if _version(connection) == HEAD:
            return
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(712001)"))
        found = _version(connection) if connection.dialect.has_table(connection, "alembic_version") else None
        if found != HEAD:
            _upgrade(connection)


def _version(connection: Connection) -> str | None:
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(alembic_config(connection), "head")
    except CommandError as error:
        raise StoreFault(f"the store is of a newer version than this Guelta ({error}): update Guelta") from None
    except OperationalError as error:
        if "postgis" in str(error):
            raise StoreFault(
                "the database has no PostGIS: install it and let an owner CREATE EXTENSION postgis"
            ) from error
        raise


def alembic_config(connection: Connection) -> Any:
    """Return Alembic's configuration for a connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
