"""The operational store: records with their whole history, on SQLite or PostgreSQL/PostGIS, chosen by one URL."""
