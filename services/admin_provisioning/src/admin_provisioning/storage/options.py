"""Where AdminProvisioning keeps its jobs if the settings do not say."""

from pydantic import SecretStr

from servicekit.database import DatabaseOptions


class AdminProvisioningDatabaseOptions(DatabaseOptions):
    """The settings section `Database` of AdminProvisioning."""

    url: SecretStr = SecretStr("sqlite+aiosqlite:///var/admin_provisioning.db")
    """As in `DatabaseOptions`; a file beside the service by default."""
