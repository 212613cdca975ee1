"""Reads the list out of a request, whichever way it comes."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import BinaryIO, Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from admin_provisioning.domain.bulk_job import BulkJobKind
from admin_provisioning.domain.lists import PcList, read_csv, read_rows
from admin_provisioning.http.bulk_request import BulkRequest
from servicekit.problems import InvalidField, ProblemError
from servicekit.requests import StrictJsonError, check_json, media_type

MULTIPART: Final = "multipart/form-data"
JSON: Final = "application/json"

_CHUNK: Final = 64 * 1024
_LONGEST_FIELD: Final = 1_024


@dataclass(frozen=True, slots=True)
class UploadBody:
    """A list as it came, and as it was understood."""

    content: BinaryIO
    suffix: str
    """What a file of its kind is called."""
    digest: bytes
    """SHA-256 of all that was asked for."""
    pcs: PcList


@asynccontextmanager
async def upload_body(request: Request, max_rows: int) -> AsyncIterator[UploadBody]:
    """Read the list that a request brings; it may be used until the block ends.

    Raises:
        ListError: nothing can be done with the list.
        ProblemError: it is no such request.
        RequestValidationError: its JSON has another shape.
    """
    if media_type(request.headers) == MULTIPART:
        async with _form(request) as form:
            yield await _from_form(form, max_rows)
    elif body := await request.body():
        # In a thread, as all that takes long: others are served meanwhile.
        yield await asyncio.to_thread(_from_json, body, max_rows)
    else:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "there is no body")


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    parsing = request.form(max_files=1, max_fields=1, max_part_size=_LONGEST_FIELD)
    try:
        form = await parsing
    # The client names the character set of its form; some decoders fail in their own way.
    except (HTTPException, UnicodeError) as error:
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "the form cannot be read; it needs a field `kind` and a file `file`, and nothing else",
        ) from error
    try:
        yield form
    finally:
        await form.close()


async def _from_form(form: FormData, max_rows: int) -> UploadBody:
    kind, file = form.get("kind"), form.get("file")
    wrong = []
    if not isinstance(kind, str) or kind not in set(BulkJobKind):
        wrong.append(InvalidField(detail=f"must be {' or '.join(BulkJobKind)}", pointer="#/kind"))
    if not isinstance(file, UploadFile):
        wrong.append(InvalidField(detail="must be a file", pointer="#/file"))
    if wrong or not isinstance(file, UploadFile):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "the request breaks the rules listed under errors",
            errors=wrong,
        )
    return await asyncio.to_thread(_from_csv, file.file, BulkJobKind(str(kind)), max_rows)


def _from_csv(file: BinaryIO, kind: BulkJobKind, max_rows: int) -> UploadBody:
    digest = hashlib.sha256(f"csv {kind}\n".encode())
    file.seek(0)
    while piece := file.read(_CHUNK):
        digest.update(piece)
    pcs = read_csv(file, kind, max_rows)
    file.seek(0)
    return UploadBody(file, ".csv", digest.digest(), pcs)


def _from_json(body: bytes, max_rows: int) -> UploadBody:
    try:
        check_json(body)
    except StrictJsonError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, str(error)) from error
    asked = BulkRequest.parse(body, max_rows)
    pcs = read_rows(asked.cells(), asked.kind, max_rows)
    return UploadBody(BytesIO(body), ".json", hashlib.sha256(b"json\n" + body).digest(), pcs)
