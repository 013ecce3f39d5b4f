"""The newest version of the tables, told here so that opening a store need not load Alembic; a test compares them."""

HEAD = "0002"
