"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.tables import Geometry, Moment

revision = "0001"
down_revision = None


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    if postgres:
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    _changes()
    _records()
    if postgres:
        op.create_index("ix_record_geometry", "record", ["geometry"], postgresql_using="gist")
    _desk()
    op.create_index("ix_change_kind_record_id", "change", ["kind", "record_id"])
    op.create_index("ix_change_node_id_seq", "change", ["node_id", "seq"])
    op.create_index("ix_record_kind_happened_at", "record", ["kind", "happened_at"])
    op.create_index("ix_record_kind_lon_min_lon_max", "record", ["kind", "lon_min", "lon_max"])
    op.create_index("ix_record_conflicting", "record", ["conflicting"])
    op.create_index("ix_job_state_created_at", "job", ["state", "created_at"])


def _word(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def _count() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _changes() -> None:
    op.create_table(
        "node",
        sa.Column("node_id", _word(32), nullable=False),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("private_key", sa.String(64)),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("trusted", sa.Boolean, nullable=False),
        sa.Column("added_at", Moment, nullable=False),
        sa.Column("last_seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("node_id", name="pk_node"),
    )
    op.create_table(
        "change",
        sa.Column("position", _count(), autoincrement=True, nullable=False),
        sa.Column("change_id", _word(64), nullable=False, unique=True),
        sa.Column("node_id", _word(32), sa.ForeignKey("node.node_id", name="fk_change_node_id"), nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("kind", _word(32), nullable=False),
        sa.Column("record_id", _word(80), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("parents", sa.Text, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author", _word(40), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("received_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_change"),
    )
    change_id = sa.ForeignKey("change.change_id", name="fk_link_child_id")
    op.create_table(
        "link",
        sa.Column("parent_id", _word(64), nullable=False),
        sa.Column("child_id", _word(64), change_id, nullable=False),
        sa.Column("kind", _word(32), nullable=False),
        sa.Column("record_id", _word(80), nullable=False),
        sa.PrimaryKeyConstraint("parent_id", "child_id", name="pk_link"),
    )


def _records() -> None:
    op.create_table(
        "record",
        sa.Column("kind", _word(32), nullable=False),
        sa.Column("record_id", _word(80), nullable=False),
        sa.Column(
            "change_id", _word(64), sa.ForeignKey("change.change_id", name="fk_record_change_id"), nullable=False
        ),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("conflicting", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("author", _word(40), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("happened_at", Moment, nullable=False),
        sa.Column("lon_min", sa.Float),
        sa.Column("lat_min", sa.Float),
        sa.Column("lon_max", sa.Float),
        sa.Column("lat_max", sa.Float),
        sa.Column("geometry", Geometry()),
        sa.PrimaryKeyConstraint("kind", "record_id", name="pk_record"),
    )
    change_id = sa.ForeignKey("change.change_id", name="fk_idempotency_change_id")
    op.create_table(
        "idempotency",
        sa.Column("author", _word(40), nullable=False),
        sa.Column("key", _word(200), nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("change_id", _word(64), change_id, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("author", "key", name="pk_idempotency"),
    )


def _desk() -> None:
    op.create_table(
        "audit",
        sa.Column("n", _count(), autoincrement=False, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("author", _word(40), nullable=False),
        sa.Column("action", _word(60), nullable=False),
        sa.Column("subject", _word(200), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("n", name="pk_audit"),
    )
    op.create_table(
        "api_key",
        sa.Column("prefix", _word(16), nullable=False),
        sa.Column("digest", sa.String(200), nullable=False),
        sa.Column("role", _word(40), nullable=False),
        sa.Column("label", sa.String(80), nullable=False),
        sa.Column("author", _word(40), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment),
        sa.Column("revoked_at", Moment),
        sa.Column("revoked_by", _word(40)),
        sa.Column("used_at", Moment),
        sa.PrimaryKeyConstraint("prefix", name="pk_api_key"),
    )
    op.create_table(
        "job",
        sa.Column("job_id", _word(80), nullable=False),
        sa.Column("kind", _word(40), nullable=False),
        sa.Column("state", _word(12), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("author", _word(40), nullable=False),
        sa.Column("worker", _word(80)),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("started_at", Moment),
        sa.Column("beat_at", Moment),
        sa.Column("finished_at", Moment),
        sa.PrimaryKeyConstraint("job_id", name="pk_job"),
    )
