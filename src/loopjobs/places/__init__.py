"""Where a database URL leads: read once, in one way, for whatever keeps something in a database."""

from loopjobs.places._place import PostgresqlPlace, SqlitePlace, has_password, read_place

__all__ = ["PostgresqlPlace", "SqlitePlace", "has_password", "read_place"]
