"""What a service has answered, if it is an answer."""

import json
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from loopjobs.cli._mistakes import CommandError, ExitCode
from loopjobs.cli._parameters import TOKEN_VARIABLE
from loopjobs.cli._remote.mount import Mount
from loopjobs.cli._text import safe

_WAY: Final = f"--token-file or {TOKEN_VARIABLE}"

ShapeT = TypeVar("ShapeT", bound=BaseModel)


def read_answer(mount: Mount, response: httpx.Response) -> Mapping[str, object]:
    """Return the JSON of an answer that is a yes.

    Raises:
        CommandError: It is a no, or none of `loopjobs.web`.
    """
    if not response.is_success:
        raise _refusal(mount, response)
    content = _json_of(response)
    if content is None:
        raise _wrong_url(mount)
    return content


def take_shape(mount: Mount, kind: type[ShapeT], content: Mapping[str, object]) -> ShapeT:
    """Read an answer.

    Raises:
        CommandError: Something is missing from it.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise _wrong_url(mount) from error


def _wrong_url(mount: Mount) -> CommandError:
    return CommandError(
        f"{mount} does not answer like the jobs of a service. Is --url the address where "
        "create_jobs_app is mounted?"
    )


def _refusal(mount: Mount, response: httpx.Response) -> CommandError:
    explain = _EXPLAINED.get(response.status_code)
    if explain is not None:
        return explain(mount, response)
    status, said = response.status_code, _detail_of(response)
    if status < httpx.codes.BAD_REQUEST:
        what = f"{mount} sends this request elsewhere (HTTP {status})"
        return CommandError(f"{what}. Is the URL right, and a token given by {_WAY}?")
    if status < httpx.codes.INTERNAL_SERVER_ERROR:
        return CommandError(f"{mount} refuses: {said}")
    return CommandError(f"{mount} has failed: {said}", ExitCode.FAILED)


def _unauthorized(mount: Mount, response: httpx.Response) -> CommandError:
    if "Authorization" in response.request.headers:
        return CommandError(f"{mount} does not accept the token. Is it expired, or for another?")
    return CommandError(f"{mount} wants to know who asks: give a token by {_WAY}.")


def _too_often(mount: Mount, response: httpx.Response) -> CommandError:
    seconds = response.headers.get("Retry-After", "")
    when = f"in {seconds} s" if seconds.isdecimal() else "later"
    return CommandError(f"{mount} was asked too often; try again {when}.", ExitCode.FAILED)


def _forbidden(mount: Mount, response: httpx.Response) -> CommandError:
    return CommandError(f"{mount} does not allow it: {_detail_of(response)}")


def _conflict(mount: Mount, response: httpx.Response) -> CommandError:
    return CommandError(f"{mount} cannot do it now: {_detail_of(response)}", ExitCode.FAILED)


def _detail_of(response: httpx.Response) -> str:
    content = _json_of(response) or {}
    said = content.get("detail") or content.get("title") or response.reason_phrase
    return f"{safe(str(said))} (HTTP {response.status_code})"


def _json_of(response: httpx.Response) -> Mapping[str, object] | None:
    try:
        content = response.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    return content if isinstance(content, dict) else None


_EXPLAINED: Final[Mapping[int, Callable[[Mount, httpx.Response], CommandError]]] = {
    httpx.codes.UNAUTHORIZED: _unauthorized,
    httpx.codes.FORBIDDEN: _forbidden,
    httpx.codes.NOT_FOUND: lambda mount, _: _wrong_url(mount),
    httpx.codes.METHOD_NOT_ALLOWED: lambda mount, _: _wrong_url(mount),
    httpx.codes.CONFLICT: _conflict,
    httpx.codes.TOO_MANY_REQUESTS: _too_often,
}
