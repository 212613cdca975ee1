"""Runs revisions on the connection that `servicekit.database.MigrationService` hands over."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # All or nothing, and under the write lock taken before: also on SQLite, which can do that.
    transactional_ddl=True,
    # Its own name: both services may live in one PostgreSQL database.
    version_table="admin_provisioning_version",
)
context.run_migrations()
