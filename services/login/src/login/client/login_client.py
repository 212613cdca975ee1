"""The HTTP face of the Login service as a PC sees it."""

from http import HTTPStatus

import httpx
from pydantic import BaseModel, Field

from login.client.access import TokenSource
from login.client.errors import (
    ClientRefusedError,
    LoginAwayError,
    LoginRefusedError,
    PcUnknownError,
    UnauthorizedError,
)
from login.client.exchange import parse, send
from login.client.identity import PcIdentity
from servicekit.mac import MacAddress


class RegistrationAnswer(BaseModel):
    """What the service answers to a registration, as far as a PC needs it."""

    credential: str = Field(min_length=1, repr=False)
    """What the PC presents from now on; a secret."""


class KeepAliveAnswer(BaseModel):
    """What the service answers to a keep-alive, as far as a PC needs it."""

    next_in_s: float = Field(gt=0, allow_inf_nan=False)
    """Seconds until the service wants to hear of the PC again."""


class LoginClient:
    """Speaks to one Login service over a connection pool that its caller owns.

    Args:
        http: Carries the service's address as its `base_url`.
        tokens: Let the client register PCs.
    """

    def __init__(self, http: httpx.AsyncClient, tokens: TokenSource) -> None:
        self._http = http
        self._tokens = tokens

    async def register(self, pc: PcIdentity) -> str:
        """Make the PC known; harmless when it is known already.

        Returns:
            The credential by which the PC speaks for itself from now on; older ones have ended.

        Raises:
            LoginAwayError: Nobody who can answer is there.
            ClientRefusedError: This client may not register PCs.
            PcRemovedError: An administrator has removed this PC.
            LoginRefusedError: Something about the identity is not acceptable.
        """
        token = await self._tokens.get()
        try:
            return await self._register(pc, token)
        except UnauthorizedError:
            # Its key was changed, say: a new token is good if the client is.
            self._tokens.discard(token)
        try:
            return await self._register(pc, await self._tokens.get())
        except UnauthorizedError as error:
            raise ClientRefusedError(str(error)) from error

    async def _register(self, pc: PcIdentity, token: str) -> str:
        body = {"mac": str(pc.mac), "machine_id": pc.machine_id, "hostname": pc.hostname}
        try:
            response = await send(self._http, "POST", "/v1/pcs", bearer=token, body=body)
        except PcUnknownError as error:
            # The address of the collection itself is unknown: a gateway without its service.
            raise LoginAwayError(f"no Login service at {self._http.base_url}") from error
        except LoginRefusedError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                raise ClientRefusedError(str(error)) from error
            raise
        return parse(RegistrationAnswer, response).credential

    async def keep_alive(self, mac: MacAddress, credential: str) -> KeepAliveAnswer:
        """Say that the PC is there.

        Raises:
            LoginAwayError: Nobody who can answer is there.
            UnauthorizedError: The credential is not good, or not any more.
            PcUnknownError: The service does not know this PC.
            PcRemovedError: An administrator has removed this PC.
            LoginRefusedError: The service does not accept it from this PC.
        """
        response = await send(self._http, "PUT", f"/v1/pcs/{mac}/keep-alive", bearer=credential)
        return parse(KeepAliveAnswer, response)

    async def offline(self, mac: MacAddress, credential: str) -> None:
        """Say that the PC is being switched off.

        Raises:
            LoginClientError: Any of the above; the PC goes all the same.
        """
        await send(self._http, "POST", f"/v1/pcs/{mac}/offline", bearer=credential)

    async def check(self) -> None:
        """See whether a Login service answers, and lets this client in.

        Raises:
            LoginAwayError: None answers.
            ClientRefusedError: It does not let this client in.
        """
        await self._tokens.get()
