"""What the tests of both services need: real databases, one for each test, and access tokens.

`servicekit.testing.fixtures` is a pytest plugin, and `servicekit.testing.cases` for its tests; the
rest knows no test framework.
"""

from servicekit.testing.page_visit import PageVisit
from servicekit.testing.places import Place, PostgresqlPlace, SqlitePlace
from servicekit.testing.postgresql_server import postgresql_server
from servicekit.testing.processes import RunningCommand, preload, running_command
from servicekit.testing.round_trips import round_trips
from servicekit.testing.templates import Templates
from servicekit.testing.token_mint import TokenMint
from servicekit.testing.waiting import until_somebody_waits

__all__ = [
    "PageVisit",
    "Place",
    "PostgresqlPlace",
    "RunningCommand",
    "SqlitePlace",
    "Templates",
    "TokenMint",
    "postgresql_server",
    "preload",
    "round_trips",
    "running_command",
    "until_somebody_waits",
]
