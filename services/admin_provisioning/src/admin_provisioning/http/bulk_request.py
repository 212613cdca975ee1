"""A list of PCs as JSON."""

from collections.abc import Iterator, Mapping

from fastapi.exceptions import RequestValidationError
from pydantic import ConfigDict, Field, ValidationError

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists import Column
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


class BulkRequest(Payload):
    """A list of PCs, and what is to be done with them."""

    kind: BulkJobKind
    rows: list[BulkRow] = Field(min_length=1)

    @classmethod
    def parse(cls, body: bytes) -> "BulkRequest":
        """Read a body.

        Raises:
            RequestValidationError: it has another shape; the first hundred places are told.
        """
        try:
            return cls.model_validate_json(body)
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            places = [{**place, "loc": ("body", *place["loc"])} for place in found[:MOST_SHOWN]]
            raise RequestValidationError(places) from None

    def cells(self) -> Iterator[Mapping[Column, str]]:
        """Give the rows as a CSV file would have them."""
        return (row.to_cells() for row in self.rows)
