"""One request and its answer, in words of what to do about it."""

from http import HTTPStatus
from typing import Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from login.client.errors import (
    LoginAwayError,
    LoginRefusedError,
    PcRemovedError,
    PcUnknownError,
    UnauthorizedError,
)

_PATIENCE: Final = httpx.Timeout(10.0, connect=5.0)
_TRY_LATER: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_LONGEST_DETAIL: Final = 200

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class _ProblemDetails(BaseModel):
    title: str = ""
    detail: str = ""


async def send(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    bearer: str | None = None,
    body: dict[str, str] | None = None,
) -> httpx.Response:
    """Send a request; return the answer if it is a yes.

    Args:
        http: Carries the service's address as its `base_url`.
        method: The HTTP method.
        path: Where to.
        bearer: The token or credential that says who asks.
        body: Sent as JSON.

    Raises:
        LoginAwayError: Nobody who can answer is there.
        UnauthorizedError: The bearer is not good, or not any more.
        PcUnknownError: There is nothing at this address.
        PcRemovedError: There is nothing any more.
        LoginRefusedError: Any other no.
    """
    headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
    try:
        response = await http.request(method, path, json=body, headers=headers, timeout=_PATIENCE)
    except httpx.TimeoutException as error:
        raise LoginAwayError("no answer in time") from error
    except httpx.TransportError as error:
        raise LoginAwayError(str(error) or type(error).__name__) from error
    _raise_for_status(response)
    return response


def parse(answer: type[AnswerT], response: httpx.Response) -> AnswerT:
    """Return the content of an answer.

    Raises:
        LoginAwayError: It is not what a Login service says.
    """
    try:
        return answer.model_validate_json(response.content)
    except ValidationError:
        # A captive portal or a proxy says 200 to everything; the service itself may come back.
        # Without the cause: it would show what was answered, which may be a secret.
        raise LoginAwayError("something else than a Login service answers") from None


def _raise_for_status(response: httpx.Response) -> None:
    if response.is_success:
        return
    status = response.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        raise UnauthorizedError(_detail(response))
    if status == HTTPStatus.NOT_FOUND:
        raise PcUnknownError(_detail(response))
    if status == HTTPStatus.GONE:
        raise PcRemovedError(_detail(response))
    if response.is_client_error and status not in _TRY_LATER:
        raise LoginRefusedError(status, _detail(response))
    raise LoginAwayError(f"it answers HTTP {status}", _retry_after(response))


def _detail(response: httpx.Response) -> str:
    try:
        problem = _ProblemDetails.model_validate_json(response.content)
    except ValidationError:
        return response.reason_phrase
    return (problem.detail or problem.title or response.reason_phrase)[:_LONGEST_DETAIL]


def _retry_after(response: httpx.Response) -> float | None:
    # The header may also be a date; our service never sends one, and a proxy's is not worth it.
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else None
