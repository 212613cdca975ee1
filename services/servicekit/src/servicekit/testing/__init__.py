"""Databases for the tests of a service: real, migrated, and one for each test.

`servicekit.testing.fixtures` is a pytest plugin; the rest knows no test framework.
"""

from servicekit.testing.places import Place, PostgresqlPlace, SqlitePlace
from servicekit.testing.postgresql_server import postgresql_server
from servicekit.testing.templates import Templates

__all__ = ["Place", "PostgresqlPlace", "SqlitePlace", "Templates", "postgresql_server"]
