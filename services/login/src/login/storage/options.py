"""Where Login keeps its PCs if the settings do not say."""

from pydantic import SecretStr

from servicekit.database import DatabaseOptions


class LoginDatabaseOptions(DatabaseOptions):
    """The settings section `Database` of Login."""

    url: SecretStr = SecretStr("sqlite+aiosqlite:///var/login.db")
    """As in `DatabaseOptions`; a file beside the service by default."""
