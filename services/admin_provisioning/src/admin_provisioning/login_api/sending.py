"""Sends a request, and tells a service that is away from one that answers."""

from http import HTTPStatus
from typing import Final

import httpx

from admin_provisioning.domain.login_api import LoginBrokeError, LoginUnavailableError

_TRY_LATER: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


async def send(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    *,
    json: object = None,
    token: str | None = None,
) -> httpx.Response:
    """Return an answer that is a success or a refusal (2xx or 4xx).

    Raises:
        LoginUnavailableError: no answer, or one that says: later.
        LoginBrokeError: the service failed on this request (HTTP 500).
    """
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        response = await http.request(method, path, json=json, headers=headers)
    except httpx.TimeoutException as error:
        raise LoginUnavailableError("the Login service does not answer in time") from error
    except httpx.TransportError as error:
        raise LoginUnavailableError(
            f"the Login service cannot be reached: {str(error) or type(error).__name__}"
        ) from error
    _refuse_what_is_no_answer(response)
    return response


def _refuse_what_is_no_answer(response: httpx.Response) -> None:
    status = response.status_code
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise LoginBrokeError(f"the Login service failed on {response.request.method}")
    if status not in _TRY_LATER and (response.is_success or response.is_client_error):
        return
    raise LoginUnavailableError(
        f"the Login service cannot serve now (HTTP {status})", _retry_after(response)
    )


def _retry_after(response: httpx.Response) -> float | None:
    # The header may also be a date; our service never sends one, and a proxy's is not worth it.
    seconds = response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isascii() and seconds.isdecimal() else None
