"""What tests of both services need: product as much as the rest, and used by nothing that runs.

Tokens, and databases: real, migrated, and one for each test. `servicekit.testing.fixtures` is a
pytest plugin; the rest knows no test framework.
"""

from servicekit.testing.places import Place, PostgresqlPlace, SqlitePlace
from servicekit.testing.postgresql_server import postgresql_server
from servicekit.testing.templates import Templates
from servicekit.testing.token_mint import TokenMint

__all__ = [
    "Place",
    "PostgresqlPlace",
    "SqlitePlace",
    "Templates",
    "TokenMint",
    "postgresql_server",
]
