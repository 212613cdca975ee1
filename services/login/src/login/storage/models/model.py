"""What all tables of the Login service share."""

from sqlalchemy.orm import DeclarativeBase

from servicekit.database import named_metadata


class Model(DeclarativeBase):
    """The root of all models."""

    metadata = named_metadata()
