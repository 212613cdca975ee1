"""The HTTP face of the Login service as a PC sees it."""

from http import HTTPStatus
from typing import Final, TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

from login.client.errors import (
    LoginAwayError,
    LoginRefusedError,
    PcRemovedError,
    PcUnknownError,
)
from login.client.identity import PcIdentity
from servicekit.mac import MacAddress

_PATIENCE: Final = httpx.Timeout(10.0, connect=5.0)
_TRY_LATER: Final = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_LONGEST_DETAIL: Final = 200

AnswerT = TypeVar("AnswerT", bound=BaseModel)


class KeepAliveAnswer(BaseModel):
    """What the service answers to a keep-alive, as far as a PC needs it."""

    next_in_s: float = Field(gt=0, allow_inf_nan=False)
    """Seconds until the service wants to hear of the PC again."""


class _ProblemDetails(BaseModel):
    title: str = ""
    detail: str = ""


class LoginClient:
    """Speaks to one Login service over a connection pool that its caller owns.

    Args:
        http: Carries the service's address as its `base_url`.
    """

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def register(self, pc: PcIdentity) -> None:
        """Make the PC known; harmless when it is known already.

        Raises:
            LoginAwayError: Nobody who can answer is there.
            PcRemovedError: An administrator has removed this PC.
            LoginRefusedError: Something about the identity is not acceptable.
        """
        body = {"mac": str(pc.mac), "machine_id": pc.machine_id, "hostname": pc.hostname}
        try:
            await self._send("POST", "/v1/pcs", body)
        except PcUnknownError as error:
            # The address of the collection itself is unknown: a gateway without its service.
            raise LoginAwayError(f"no Login service at {self._http.base_url}") from error

    async def keep_alive(self, mac: MacAddress) -> KeepAliveAnswer:
        """Say that the PC is there.

        Raises:
            LoginAwayError: Nobody who can answer is there.
            PcUnknownError: The service does not know this PC.
            PcRemovedError: An administrator has removed this PC.
            LoginRefusedError: The service does not accept it from this PC.
        """
        response = await self._send("PUT", f"/v1/pcs/{mac}/keep-alive")
        return _parse(KeepAliveAnswer, response)

    async def offline(self, mac: MacAddress) -> None:
        """Say that the PC is being switched off.

        Raises:
            LoginClientError: Any of the above; the PC goes all the same.
        """
        await self._send("POST", f"/v1/pcs/{mac}/offline")

    async def check(self) -> None:
        """See whether a Login service answers at all.

        Raises:
            LoginClientError: None does.
        """
        try:
            await self._send("GET", "/v1/pcs?limit=1")
        except PcUnknownError as error:
            raise LoginAwayError("something else than a Login service answers") from error

    async def _send(
        self, method: str, path: str, body: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            response = await self._http.request(method, path, json=body, timeout=_PATIENCE)
        except httpx.TimeoutException as error:
            raise LoginAwayError("no answer in time") from error
        except httpx.TransportError as error:
            raise LoginAwayError(str(error) or type(error).__name__) from error
        _raise_for_status(response)
        return response


def _raise_for_status(response: httpx.Response) -> None:
    if response.is_success:
        return
    status = response.status_code
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


def _parse(answer: type[AnswerT], response: httpx.Response) -> AnswerT:
    try:
        return answer.model_validate_json(response.content)
    except ValidationError as error:
        # A captive portal or a proxy says 200 to everything; the service itself may come back.
        raise LoginAwayError("something else than a Login service answers") from error
