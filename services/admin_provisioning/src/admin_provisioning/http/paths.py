"""Where bulk jobs are."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import Path

PREFIX: Final = "/v1/bulk-jobs"

BulkJobId = Annotated[UUID, Path()]
"""The id of a bulk job in a path."""
