"""Bearer tokens in requests (RFC 6750)."""

from starlette.requests import Request


def bearer_token(request: Request) -> str | None:
    """Return the bearer token of a request, or `None` if it has none or several."""
    headers = request.headers.getlist("authorization")
    if len(headers) != 1:
        return None
    scheme, _, token = headers[0].partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
