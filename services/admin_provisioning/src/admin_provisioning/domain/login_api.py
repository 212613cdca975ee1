"""The Login service, as bulk jobs need it."""

from dataclasses import dataclass, field
from typing import Final, Protocol, Self, TypeAlias

from servicekit.mac import MacAddress, MacAddressError

FieldValue: TypeAlias = str | bool | None

_PATCHABLE: Final = ("hostname", "machine_id", "pinned")


class LoginUnavailableError(Exception):
    """The Login service does not serve us now; that says nothing about a row.

    Args:
        what: why, and what to do about it, in words for a log line; never a secret.
        retry_after: seconds the service asked to be left alone, if it did.
    """

    def __init__(self, what: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(what)


class LoginBrokeError(Exception):
    """The Login service failed on a request (HTTP 500): on this row, or on all of them."""


class RowRefusedError(Exception):
    """A row asks for something that cannot be; asking again would change nothing.

    Args:
        code: tells programs what it is.
        message: tells people.
    """

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class PcChange:
    """What one row says about one PC; a field that it does not name stays as it is."""

    mac: MacAddress
    fields: dict[str, FieldValue] = field(default_factory=dict)
    """Of `hostname`, `machine_id` and `pinned`, those that are given."""

    @classmethod
    def of(cls, payload: dict[str, object]) -> Self:
        """Read a row as it was stored.

        Raises:
            RowRefusedError: it does not say which PC, or not in a way that can be understood.
        """
        try:
            mac = MacAddress.parse(str(payload.get("mac", "")))
        except MacAddressError as error:
            raise RowRefusedError("invalid_row", str(error)) from error
        given = {name: payload[name] for name in _PATCHABLE if name in payload}
        fields: dict[str, FieldValue] = {}
        for name, value in given.items():
            if value is not None and not isinstance(value, str | bool):
                raise RowRefusedError("invalid_row", f"{name} must be text, or yes or no")
            fields[name] = value
        return cls(mac, fields)


class LoginApi(Protocol):
    """Makes the Login service know, change or forget PCs; each verb can be repeated safely.

    Raises of every verb:
        LoginUnavailableError: it does not serve us now.
        LoginBrokeError: it failed on this request.
        RowRefusedError: it understood, and said no.
    """

    async def put_pc(self, change: PcChange) -> int:
        """Create a PC, or bring its hostname and machine id up to date; returns its id.

        Whether a PC is pinned is a change of its own.
        """
        ...

    async def patch_pc(self, change: PcChange) -> int:
        """Change the fields of a PC that are given; returns its id."""
        ...

    async def delete_pc(self, mac: MacAddress) -> None:
        """Remove a PC; one that is removed already is no error."""
        ...
