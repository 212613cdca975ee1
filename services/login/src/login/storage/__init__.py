"""Where the PCs are kept: SQLAlchemy models, repositories, Alembic revisions."""
