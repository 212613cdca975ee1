"""What all tables of the Login service share."""

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase

# SQLite numbers rows by itself only in a column that is an INTEGER to the letter.
BIG_ID = BigInteger().with_variant(Integer, "sqlite")


class Model(DeclarativeBase):
    """The root of all models; names every constraint, so that revisions can refer to it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
