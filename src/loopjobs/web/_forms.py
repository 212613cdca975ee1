"""Forms as browsers send them, and no larger than ours are."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

from loopjobs.web._refusal import RefusalError

MOST_BYTES: Final = 16 * 1024
_MOST_FIELDS: Final = 16
_FORM: Final = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form.

    Raises:
        RefusalError: 415, 413 or 400; it is no form, or none that a page of ours sends.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise RefusalError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A form has to be {_FORM}.")
    body = await _read(request)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        raise _unclean() from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _unclean()
    return fields


async def _read(request: Request) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            detail = f"A form may have {MOST_BYTES} bytes at the most."
            raise RefusalError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)
    return bytes(body)


def _unclean() -> RefusalError:
    return RefusalError(HTTPStatus.BAD_REQUEST, "That is no form that a page of ours sends.")
