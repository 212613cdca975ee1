"""Runs the revision of the two tables that the tests of the kit write to."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
)
context.run_migrations()
