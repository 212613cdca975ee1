"""Lets a PC speak for itself: by its credential."""

from http import HTTPStatus
from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from login.domain.pc_credential import PcCredential
from servicekit.problems import ProblemError
from servicekit.tokens import bearer_token

CHALLENGE: Final = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
"""Goes with the refusal of a credential that is not good."""

# Declares the scheme in the OpenAPI document; it is `_presented` that reads the credential.
_SCHEME: Final = HTTPBearer(
    scheme_name="PcCredential",
    description="The credential that a PC was given when it registered.",
    auto_error=False,
)
_Declared: TypeAlias = Annotated[HTTPAuthorizationCredentials | None, Security(_SCHEME)]


async def _presented(request: Request, _: _Declared) -> PcCredential:
    secret = bearer_token(request)
    if secret is None:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "the PC's credential is needed, as `Authorization: Bearer …`",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return PcCredential(secret)


PresentedCredential = Annotated[PcCredential, Depends(_presented)]
"""What a PC presents; whether it is good, storage tells in the statement that needs it."""
