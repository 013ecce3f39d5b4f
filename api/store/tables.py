"""The tables of the store: one model for SQLite and for PostgreSQL with PostGIS.

`change` and `link` are only ever added to, and everything told of records follows from them; `record` is what they
come to, kept so that it can be asked for by place and time.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeEngine, UserDefinedType


class Moment(TypeDecorator[datetime]):
    """An instant in UTC: `timestamptz` in PostgreSQL, ISO text of one width (it sorts by time) in SQLite."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = DateTime(timezone=True) if dialect.name == "postgresql" else String(27)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return value.astimezone(UTC) if dialect.name == "postgresql" else iso(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else from_iso(value)


class Geometry(UserDefinedType[str]):
    """A shape in WGS84, written and read as WKT: `geometry` of PostGIS, plain text in SQLite."""

    cache_ok = True

    def __init__(self, geometry_type: str = "Geometry", srid: int = 4326) -> None:
        self.geometry_type, self.srid = geometry_type, int(srid)

    def get_col_spec(self, **_: Any) -> str:
        return f"geometry({self.geometry_type},{self.srid})"


@compiles(Geometry, "sqlite")
def _text(*_: Any, **__: Any) -> str:
    return "TEXT"


#: So that SQLAlchemy knows the type again when it looks at a database.
ischema_names["geometry"] = Geometry


def iso(moment: datetime) -> str:
    """Return an instant as 2026-06-15T09:00:00.000000Z, always of that width."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def from_iso(text: str) -> datetime:
    """Read what `iso` writes."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def _word(length: int) -> String:
    """Text that sorts by its bytes in both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


#: Row numbers: SQLite counts by itself only what is called INTEGER.
_COUNT = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})

node = Table(
    "node",
    metadata,
    Column("node_id", _word(32), primary_key=True),
    Column("public_key", String(64), nullable=False),
    # Only in the row of this store itself; never in a backup or a file for others.
    Column("private_key", String(64)),
    Column("label", String(40), nullable=False),
    Column("trusted", Boolean, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("position", _COUNT, primary_key=True, autoincrement=True),
    Column("change_id", _word(64), nullable=False, unique=True),
    Column("node_id", _word(32), ForeignKey("node.node_id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("kind", _word(32), nullable=False),
    Column("record_id", _word(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("parents", Text, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", _word(40), nullable=False),
    Column("at", Moment, nullable=False),
    Column("signature", String(128), nullable=False),
    Column("received_at", Moment, nullable=False),
    Index("ix_change_kind_record_id", "kind", "record_id"),
    Index("ix_change_node_id_seq", "node_id", "seq"),
)

link = Table(
    "link",
    metadata,
    Column("parent_id", _word(64), primary_key=True),
    Column("child_id", _word(64), ForeignKey("change.change_id"), primary_key=True),
    Column("kind", _word(32), nullable=False),
    Column("record_id", _word(80), nullable=False),
)

record = Table(
    "record",
    metadata,
    Column("kind", _word(32), primary_key=True),
    Column("record_id", _word(80), primary_key=True),
    Column("change_id", _word(64), ForeignKey("change.change_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("conflicting", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("author", _word(40), nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("happened_at", Moment, nullable=False),
    Column("lon_min", Float),
    Column("lat_min", Float),
    Column("lon_max", Float),
    Column("lat_max", Float),
    Column("geometry", Geometry()),
    Index("ix_record_kind_happened_at", "kind", "happened_at"),
    Index("ix_record_kind_lon_min_lon_max", "kind", "lon_min", "lon_max"),
    Index("ix_record_conflicting", "conflicting"),
)
#: PostgreSQL alone: SQLite finds by the columns of the box.
Index("ix_record_geometry", record.c.geometry, postgresql_using="gist").ddl_if(dialect="postgresql")

idempotency = Table(
    "idempotency",
    metadata,
    Column("author", _word(40), primary_key=True),
    Column("key", _word(200), primary_key=True),
    Column("request", String(64), nullable=False),
    Column("change_id", _word(64), ForeignKey("change.change_id"), nullable=False),
    Column("at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("n", _COUNT, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("author", _word(40), nullable=False),
    Column("action", _word(60), nullable=False),
    Column("subject", _word(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("before", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("prefix", _word(16), primary_key=True),
    Column("digest", String(200), nullable=False),
    Column("role", _word(40), nullable=False),
    Column("scopes", String(200), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("used_at", Moment),
)

session = Table(
    "session",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("prefix", _word(16), nullable=False),
    Column("expires_at", Moment, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("job_id", _word(80), primary_key=True),
    Column("kind", _word(40), nullable=False),
    Column("state", _word(12), nullable=False),
    Column("params", Text, nullable=False),
    Column("progress", Float, nullable=False),
    Column("result", Text),
    Column("error", Text),
    Column("author", _word(40), nullable=False),
    Column("worker", _word(80)),
    Column("attempt", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("beat_at", Moment),
    Column("finished_at", Moment),
    Index("ix_job_state_created_at", "state", "created_at"),
)
