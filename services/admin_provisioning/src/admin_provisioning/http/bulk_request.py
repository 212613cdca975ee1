"""A list of PCs as JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, ValidationError

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists import Column, TooManyRowsError
from admin_provisioning.domain.lists.errors import MOST_SHOWN
from servicekit.requests import Payload


class BulkRow(Payload):
    """One PC. Which values it needs is up to the kind of job, as in a CSV file."""

    model_config = ConfigDict(strict=True)

    mac: str
    hostname: str | None = None
    machine_id: str | None = None
    pinned: bool | None = None

    def to_cells(self) -> dict[Column, str]:
        """Return the values that are given, as a CSV file would have them."""
        given = {column: getattr(self, column) for column in Column}
        return {
            column: str(value).lower() if column is Column.PINNED else str(value)
            for column, value in given.items()
            if value is not None
        }


class _Envelope(Payload):
    """What is around the rows; each of them is looked at by itself."""

    kind: BulkJobKind
    rows: list[object] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """A list of PCs, and what is to be done with them."""

    kind: BulkJobKind
    rows: Sequence[BulkRow]

    @classmethod
    def parse(cls, body: bytes, max_rows: int) -> "BulkRequest":
        """Read a body.

        Raises:
            RequestValidationError: it has another shape; the first hundred places are told.
            TooManyRowsError: it has more than `max_rows` rows.
        """
        try:
            envelope = _Envelope.model_validate_json(body)
        except ValidationError as error:
            raise RequestValidationError(_places(error, "body")) from None
        if len(envelope.rows) > max_rows:
            raise TooManyRowsError(max_rows)
        return cls(envelope.kind, _checked(envelope.rows))

    def cells(self) -> Iterator[Mapping[Column, str]]:
        """Give the rows as a CSV file would have them."""
        return (row.to_cells() for row in self.rows)


def _checked(rows: Sequence[object]) -> list[BulkRow]:
    """Check row by row: all that may be wrong with millions of them would not fit into memory."""
    checked: list[BulkRow] = []
    places: list[dict[str, Any]] = []
    for number, row in enumerate(rows):
        try:
            checked.append(BulkRow.model_validate(row))
        except ValidationError as error:
            places += _places(error, "body", "rows", number)
        if len(places) >= MOST_SHOWN:
            break
    if places:
        raise RequestValidationError(places[:MOST_SHOWN])
    return checked


def _places(error: ValidationError, *outer: str | int) -> list[dict[str, Any]]:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [{**place, "loc": (*outer, *place["loc"])} for place in found]
