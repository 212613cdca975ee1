"""Jobs that an old scheduler keeps in a database."""

from loopjobs.migration._tables.reading import read_database

__all__ = ["read_database"]
