"""Where bulk jobs are kept: SQLAlchemy models, repositories, Alembic revisions."""
