"""Keys with their scopes and purpose, and sign-ins. No door had kept a key in the table before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.store.tables import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_table("api_key")
    op.create_table(
        "api_key",
        sa.Column("prefix", _word(16), nullable=False),
        sa.Column("digest", sa.String(200), nullable=False),
        sa.Column("role", _word(40), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("purpose", sa.String(200), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("revoked_at", Moment),
        sa.Column("used_at", Moment),
        sa.PrimaryKeyConstraint("prefix", name="pk_api_key"),
    )
    op.create_table(
        "session",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("prefix", _word(16), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_session"),
    )


def _word(length: int) -> sa.String:
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")
