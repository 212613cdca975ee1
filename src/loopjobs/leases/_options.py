"""What the leases can be told."""

from pydantic import SecretStr, field_validator
from pydantic_core import PydanticCustomError

from loopjobs import Options
from loopjobs.leases._opening import check_url


class LeasesOptions(Options):
    """The section `Leases`."""

    url: SecretStr | None = None
    """What all replicas share: `postgresql://<user>@<host>/<name>`, `redis://<host>/<number>`, or
    for the processes of one machine `sqlite:///<file>`.

    A secret, because it may carry a password. SQLAlchemy's spellings `postgresql+psycopg://` and
    `sqlite+aiosqlite://` mean the same. Without it the service says where, if it does.
    """
    namespace: str = "default"
    """Jobs of one name are the same job only within a namespace: services that share a database
    need one each."""

    @field_validator("url")
    @classmethod
    def _check_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            try:
                check_url(value.get_secret_value())
            except ValueError as error:
                raise PydanticCustomError("url", "{why}", {"why": str(error)}) from None
        return value


class LeasesOptionsWithUrl(LeasesOptions):
    """The same where nobody else says where the leases are."""

    url: SecretStr
