"""The HTTP face of the Login service, as bulk jobs need it."""

from http import HTTPStatus
from typing import Final

import httpx
from pydantic import BaseModel, ValidationError

from admin_provisioning.domain.login_api import (
    FieldValue,
    LoginUnavailableError,
    PcChange,
    RowRefusedError,
)
from admin_provisioning.login_api.access import Access
from admin_provisioning.login_api.sending import send
from servicekit.mac import MacAddress

PC_PATH: Final = "/v1/pcs/by-mac/{mac}"
PUT_FIELDS: Final[tuple[str, ...]] = ("hostname", "machine_id")
"""What a PC is created with; pinning one is a change of its own."""
LONGEST_DETAIL: Final = 200

_NOT_LET_IN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_NO_SUCH_PLACE: Final = frozenset({HTTPStatus.METHOD_NOT_ALLOWED})
_CODES: Final[dict[int, str]] = {
    HTTPStatus.NOT_FOUND: "pc_unknown",
    HTTPStatus.CONFLICT: "pc_conflict",
    HTTPStatus.GONE: "pc_removed",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid_row",
}


class PcAnswer(BaseModel):
    """What the Login service answers about a PC, as far as we need it."""

    id: int


class _InvalidField(BaseModel):
    detail: str = ""
    pointer: str | None = None


class _Problem(BaseModel):
    title: str = ""
    detail: str | None = None
    errors: list[_InvalidField] | None = None


class HttpLoginApi:
    """A `LoginApi` over HTTP.

    Args:
        http: carries the Login service's address as its `base_url`, and timeouts.
        access: signs us in; it needs the scope `pcs:write`.
    """

    def __init__(self, http: httpx.AsyncClient, access: Access) -> None:
        self._http = http
        self._access = access

    async def put_pc(self, change: PcChange) -> int:
        """Create a PC, or bring its hostname and machine id up to date; returns its id."""
        fields = {name: change.fields[name] for name in PUT_FIELDS if name in change.fields}
        response = await self._call("PUT", change.mac, fields)
        if response.status_code == HTTPStatus.NOT_FOUND:
            raise _nobody_there()  # a PUT creates what it does not find
        _raise_for_refusal(response)
        return _read_id(response)

    async def patch_pc(self, change: PcChange) -> int:
        """Change the fields of a PC that are given; returns its id."""
        response = await self._call("PATCH", change.mac, change.fields)
        _raise_for_refusal(response)
        return _read_id(response)

    async def delete_pc(self, mac: MacAddress) -> None:
        """Remove a PC; one that is removed already is no error."""
        _raise_for_refusal(await self._call("DELETE", mac, None))

    async def _call(
        self, method: str, mac: MacAddress, fields: dict[str, FieldValue] | None
    ) -> httpx.Response:
        path = PC_PATH.format(mac=mac)
        token = await self._access.token()
        response = await send(self._http, method, path, json=fields, token=token)
        if response.status_code == HTTPStatus.UNAUTHORIZED:
            token = await self._access.token(refused=token)
            response = await send(self._http, method, path, json=fields, token=token)
        if response.status_code in _NOT_LET_IN:
            raise LoginUnavailableError(
                f"the Login service refuses our token (HTTP {response.status_code}); the client "
                "Login:ClientId needs the scope pcs:write there"
            )
        if response.status_code in _NO_SUCH_PLACE:
            raise _nobody_there()
        return response


def _nobody_there() -> LoginUnavailableError:
    return LoginUnavailableError("something else than a Login service answers at Login:Url")


def _raise_for_refusal(response: httpx.Response) -> None:
    if response.is_client_error:
        code = _CODES.get(response.status_code, "refused")
        raise RowRefusedError(code, _reason(response))


def _reason(response: httpx.Response) -> str:
    try:
        problem = _Problem.model_validate_json(response.content)
    except ValidationError:
        return f"The Login service refused it: {response.reason_phrase}."
    rules = "; ".join(_rule(error) for error in problem.errors or ())
    reason = rules or problem.detail or problem.title or response.reason_phrase
    return "".join(letter for letter in reason if letter.isprintable())[:LONGEST_DETAIL]


def _rule(error: _InvalidField) -> str:
    field = (error.pointer or "").strip("#/")
    return f"{field}: {error.detail}" if field else error.detail


def _read_id(response: httpx.Response) -> int:
    try:
        return PcAnswer.model_validate_json(response.content).id
    except ValidationError as error:
        # A captive portal or a proxy says 200 to everything; the service itself may come back.
        raise _nobody_there() from error
