"""What the tables of both services share."""

from typing import Final

from sqlalchemy import BigInteger, Integer, MetaData

# SQLite numbers rows by itself only in a column that is an INTEGER to the letter.
BIG_ID: Final = BigInteger().with_variant(Integer, "sqlite")


def named_metadata() -> MetaData:
    """Return metadata that names every constraint, so that revisions can refer to it."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
