"""What the history can be told."""

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError

from loopjobs import Options
from loopjobs.places import read_place


class HistoryOptions(Options):
    """The section `History`. It is read when the host is built; a reload does not change it."""

    enabled: bool = True
    """Whether runs are stored; without it the history is what the process remembers."""
    url: SecretStr | None = None
    """The database: `sqlite:///<file>` or `postgresql://<user>@<host>/<name>`.

    A secret, because it may carry a password. SQLAlchemy's spellings `sqlite+aiosqlite://` and
    `postgresql+psycopg://` mean the same. Without it the service says where, if it does.
    """
    write_interval_in_seconds: float = Field(default=1.0, ge=0.01, le=3_600)
    """How long runs may wait for others to be written with. A process that is killed loses them."""
    batch_size: int = Field(default=500, ge=1, le=10_000)
    """So many are written at once, without waiting any longer."""
    busy_timeout_in_seconds: float = Field(default=5.0, gt=0, le=600)
    """How long a statement waits for others, and a connection for its server."""
    flush_timeout_in_seconds: float = Field(default=5.0, ge=0, le=600)
    """How long the stop waits until what is left is written."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                read_place(value.get_secret_value())
            except ValueError as error:
                raise PydanticCustomError("url", "{why}", {"why": str(error)}) from None
        return value
