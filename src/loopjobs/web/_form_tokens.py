"""Tokens in forms: a form that this process has not given to this very visitor is refused."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from loopjobs.web._forms import read_form
from loopjobs.web._refusal import forbidden

_KEY_BYTES: Final = 32


class FormTokens:
    """Makes and checks tokens, each bound to a session, a visitor, or a browser that signs in."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(_KEY_BYTES)

    def token_for(self, holder: str) -> str:
        """Return the token of whoever that is."""
        return hmac.digest(self._key, holder.encode(errors="replace"), "sha256").hex()

    def fits(self, token: str, holder: str) -> bool:
        """Tell, in a time that says nothing, whether the token is theirs."""
        given = token.encode(errors="replace")
        return hmac.compare_digest(given, self.token_for(holder).encode())


async def check_form(request: Request, tokens: FormTokens, holder: str) -> Mapping[str, str]:
    """Return the fields of a form that was given to that holder.

    Raises:
        RefusalError: 403; its token is not theirs. 400, 413 or 415; it is no form of ours.
    """
    form = await read_form(request)
    if not tokens.fits(form.get("csrf", ""), holder):
        raise forbidden("This form is out of date. Load its page again, and repeat.")
    return form
