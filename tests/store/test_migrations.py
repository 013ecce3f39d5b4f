"""Models and migrations agree on both databases, and several processes may open an empty one at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from api.store.engine import alembic_config
from api.store.errors import StoreFault
from api.store.migrations.head import HEAD
from api.store.store import open_store
from api.store.tables import metadata

ROOT = Path(__file__).parents[2]


def _ours(dialect):
    """PostGIS keeps a table of its own in every database; SQLite has no index of shapes."""
    others = {("table", "spatial_ref_sys"), ("table", "alembic_version")}
    if dialect == "sqlite":
        others.add(("index", "ix_record_geometry"))
    return lambda _object, name, kind, *_: (kind, name) not in others


def test_the_migrations_come_to_what_the_models_say(store):
    with store.database.writing() as connection:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_object": _ours(store.database.dialect),
        }
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []
        connection.execute(text("DROP INDEX ix_record_kind_happened_at"))
        assert len(compare_metadata(MigrationContext.configure(connection, opts=options), metadata)) == 1
        assert ScriptDirectory.from_config(alembic_config(connection)).get_heads() == [HEAD]


OPENER = """
import sys
from api.store.store import open_store
store = open_store(sys.argv[1])
print(store.node_id)
"""


def test_several_processes_open_an_empty_database_at_once(new_url):
    url, pipe = new_url(), subprocess.PIPE
    openers = [subprocess.Popen([sys.executable, "-c", OPENER, url], cwd=ROOT, stdout=pipe, text=True) for _ in "123"]
    told = {each.communicate()[0] for each in openers}
    assert [each.returncode for each in openers] == [0] * 3
    assert len(told) == 1 and len(told.pop().strip()) == 32


def test_a_store_of_a_newer_version_is_left_alone(store, new_store):
    with store.database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreFault, match="newer version"):
        open_store(store.database.url.render_as_string(hide_password=False))
    with store.database.reading() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
